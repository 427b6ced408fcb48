import type { Group } from '../../frame/command.ts';
import { deleteName } from './delete.ts';
import { list } from './list.ts';
import { set } from './set.ts';

export const platformName: Group = {
  name: 'platform-name',
  summary: 'Names of operating systems that the hub does not know, and their platforms',
  commands: [list, set, deleteName],
};
