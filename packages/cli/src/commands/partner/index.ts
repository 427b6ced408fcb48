import type { Group } from '../../frame/command.ts';
import { heartbeat } from './heartbeat.ts';
import { report } from './report.ts';

export const partner: Group = { name: 'partner', summary: 'Speak as a partner, to try the partner API', commands: [report, heartbeat] };
