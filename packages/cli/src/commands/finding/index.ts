import type { Group } from '../../frame/command.ts';
import { list } from './list.ts';

export const finding: Group = { name: 'finding', summary: 'What partners found, across all devices', commands: [list] };
