import type { Group } from '../../frame/command.ts';
import { create } from './create.ts';
import { deleteRule } from './delete.ts';
import { list } from './list.ts';

export const mergeRule: Group = {
  name: 'merge-rule',
  summary: 'How several partners become one level',
  commands: [list, create, deleteRule],
};
