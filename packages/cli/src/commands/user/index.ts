import type { Group } from '../../frame/command.ts';
import { create } from './create.ts';
import { list } from './list.ts';
import { remove } from './remove.ts';

export const user: Group = { name: 'user', summary: 'People', commands: [list, create, remove] };
