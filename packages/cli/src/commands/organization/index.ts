import type { Group } from '../../frame/command.ts';
import { get } from './get.ts';
import { set } from './set.ts';

export const organization: Group = {
  name: 'organization',
  summary: 'What texts for people say of the organisation: help desk, time zone',
  commands: [get, set],
};
