import type { Group } from '../../frame/command.ts';
import { confirm } from './confirm.ts';
import { get } from './get.ts';

export const clock: Group = {
  name: 'clock',
  summary: 'Whether the hub knows what time it is',
  commands: [get, confirm],
};
