import type { Group } from '../../frame/command.ts';
import { get } from './get.ts';
import { set } from './set.ts';

export const signalLimits: Group = {
  name: 'signal-limits',
  summary: 'For how long, and for how many devices, what partners report counts',
  commands: [get, set],
};
