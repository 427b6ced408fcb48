import type { Group } from '../../frame/command.ts';
import { findings } from './findings.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { register } from './register.ts';
import { reinstate } from './reinstate.ts';
import { remove } from './remove.ts';
import { timeline } from './timeline.ts';
import { why } from './why.ts';

export const device: Group = {
  name: 'device',
  summary: 'Phones and what is known of them',
  commands: [list, get, why, findings, timeline, register, reinstate, remove],
};
