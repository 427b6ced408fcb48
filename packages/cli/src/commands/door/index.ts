import type { Group } from '../../frame/command.ts';
import { create } from './create.ts';
import { deleteDoor } from './delete.ts';
import { list } from './list.ts';
import { pages } from './pages.ts';
import { rotate } from './rotate.ts';

export const door: Group = {
  name: 'door',
  summary: 'Gateways that ask the hub before they let somebody in',
  commands: [list, create, pages, rotate, deleteDoor],
};
