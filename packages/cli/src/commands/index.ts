import type { Command, Group } from '../frame/command.ts';
import { api } from './api.ts';
import { client } from './client/index.ts';
import { clock } from './clock/index.ts';
import { connector } from './connector/index.ts';
import { decide } from './decide.ts';
import { device } from './device/index.ts';
import { door } from './door/index.ts';
import { finding } from './finding/index.ts';
import { group } from './group/index.ts';
import { importCommand } from './import/import.ts';
import { inventory } from './inventory/index.ts';
import { mergeRule } from './merge-rule/index.ts';
import { organization } from './organization/index.ts';
import { partner } from './partner/index.ts';
import { platformName } from './platform-name/index.ts';
import { policy } from './policy/index.ts';
import { report } from './report/index.ts';
import { signalLimits } from './signal-limits/index.ts';
import { trustSet } from './trust-set/index.ts';
import { user } from './user/index.ts';

export { LONG_RUNNING } from './long-running.ts';

/** In the order of `--help`. */
export const SINGLES: readonly Command[] = [decide, importCommand, api];
export const GROUPS: readonly Group[] = [
  connector,
  device,
  finding,
  policy,
  user,
  group,
  client,
  door,
  trustSet,
  mergeRule,
  platformName,
  report,
  inventory,
  organization,
  signalLimits,
  clock,
  partner,
];
