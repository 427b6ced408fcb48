import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { alone, texts } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { accessEffect } from '../shared/access-effect.ts';
import { findGroup } from '../shared/find.ts';
import { PREVIEW_FLAG } from '../shared/preview-flag.ts';
import { findPolicy, kindWord } from './find-policy.ts';
import { previewPolicy } from './preview-policy.ts';

const TYPE = '#microsoft.graph.';

export const assign = command({
  name: 'assign',
  summary: 'Say whom a compliance policy is for; replaces what was there',
  args: { policy: word('POLICY', 'Name or id') },
  flags: {
    group: texts('GROUP', 'Members of this group'),
    excludeGroup: texts('GROUP', 'Not members of this group'),
    allDevices: alone('All devices'),
    allUsers: alone('All users'),
    nobody: alone('Nobody'),
    preview: PREVIEW_FLAG,
  },
  examples: [{ line: 'sallyport policy assign "Android phones" --group Staff --exclude-group Testers' }],
  async run({ args, flags }, { hub, style }) {
    const client = await hub();
    const found = await findPolicy(client, args.policy);
    if (kindWord(found) === 'access')
      throw new UsageError(
        'A conditional access policy says itself whom it is for, in conditions.users; change it with "policy apply".',
      );
    const targets: object[] = [
      ...(flags.allDevices ? [{ '@odata.type': `${TYPE}allDevicesAssignmentTarget` }] : []),
      ...(flags.allUsers ? [{ '@odata.type': `${TYPE}allLicensedUsersAssignmentTarget` }] : []),
    ];
    for (const name of flags.group)
      targets.push({ '@odata.type': `${TYPE}groupAssignmentTarget`, groupId: (await findGroup(client, name)).id });
    for (const name of flags.excludeGroup)
      targets.push({
        '@odata.type': `${TYPE}exclusionGroupAssignmentTarget`,
        groupId: (await findGroup(client, name)).id,
      });
    if ((targets.length === 0) !== flags.nobody)
      throw new UsageError('Say whom it is for: --group, --all-devices or --all-users; or --nobody alone.');
    const assignments = targets.map((target) => ({ target }));
    if (flags.preview) return previewPolicy(client, found, { policy: {}, assignments }, style);
    const { resource: answer, ...effect } = await client.change(
      'POST',
      `${found.kind.path}/${found.policy.id}/assign`,
      { assignments },
    );
    return {
      json: { ...answer, ...effect },
      text: `"${found.policy.displayName}" is assigned to ${targets.length === 0 ? 'nobody' : `${targets.length} target${targets.length === 1 ? '' : 's'}`}. Devices are evaluated again.\n${accessEffect(effect)}`,
    };
  },
});
