import type { Group } from '../../frame/command.ts';
import { create } from './create.ts';
import { deleteRule } from './delete.ts';
import { disagreements } from './disagreements.ts';
import { list } from './list.ts';
import { preview } from './preview.ts';

export const mergeRule: Group = {
  name: 'merge-rule',
  summary: 'How several partners become one level',
  commands: [list, create, preview, deleteRule, disagreements],
};
