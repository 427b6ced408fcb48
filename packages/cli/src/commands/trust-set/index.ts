import type { Group } from '../../frame/command.ts';
import { deleteSet } from './delete.ts';
import { list } from './list.ts';
import { set } from './set.ts';

export const trustSet: Group = {
  name: 'trust-set',
  summary: 'Named sets of CAs whose device certificates count at a door, or from a client',
  commands: [list, set, deleteSet],
};
