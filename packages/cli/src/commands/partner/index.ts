import type { Group } from '../../frame/command.ts';
import { heartbeat } from './heartbeat.ts';
import { report } from './report.ts';
import { verify } from './verify.ts';
import { watch } from './watch.ts';

export const partner: Group = {
  name: 'partner',
  summary: 'Speak as a partner, to try the partner API, and certify an integration with it',
  commands: [report, heartbeat, verify, watch],
};
