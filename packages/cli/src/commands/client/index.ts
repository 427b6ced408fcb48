import type { Group } from '../../frame/command.ts';
import { addSecret } from './add-secret.ts';
import { create } from './create.ts';
import { list } from './list.ts';
import { removeSecret } from './remove-secret.ts';
import { remove } from './remove.ts';
import { set } from './set.ts';

export const client: Group = {
  name: 'client',
  aliases: ['app'],
  summary: 'Clients of the API: tools, partners, gateways',
  commands: [list, create, set, addSecret, removeSecret, remove],
};
