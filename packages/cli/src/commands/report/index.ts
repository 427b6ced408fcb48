import type { Group } from '../../frame/command.ts';
import { assign } from './assign.ts';
import { waiting } from './waiting.ts';

export const report: Group = {
  name: 'report',
  summary: 'Reports that wait for their device',
  commands: [waiting, assign],
};
