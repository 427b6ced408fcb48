import type { Group } from '../../frame/command.ts';
import { apply } from './apply.ts';
import { assign } from './assign.ts';
import { deletePolicy } from './delete.ts';
import { get } from './get.ts';
import { list } from './list.ts';

export const policy: Group = {
  name: 'policy',
  summary: 'Compliance policies and conditional access policies',
  commands: [list, get, apply, assign, deletePolicy],
};
