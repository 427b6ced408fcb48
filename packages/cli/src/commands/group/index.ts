import type { Group } from '../../frame/command.ts';
import { addMember } from './add-member.ts';
import { create } from './create.ts';
import { members } from './list-members.ts';
import { list } from './list.ts';
import { removeMember } from './remove-member.ts';

export const group: Group = {
  name: 'group',
  summary: 'Groups that policies are for',
  commands: [list, create, members, addMember, removeMember],
};
