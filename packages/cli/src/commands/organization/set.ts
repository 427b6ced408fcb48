import type { OrganizationResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { text } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { ORGANIZATION, organizationText } from './organization-text.ts';

export const set = command({
  name: 'set',
  summary: 'Change the help desk, time zone or device management app that people read of',
  description: 'What is not given stays as it is; "none" takes it away.',
  flags: {
    helpDeskName: text('NAME', 'What people know the help desk by'),
    helpDeskPhone: text('NUMBER', 'Its telephone number'),
    helpDeskMail: text('ADDRESS', 'Its mail address'),
    helpDeskUrl: text('URL', 'Its page, an https address'),
    timeZone: text(
      'ZONE',
      "Zone that people are told times in, such as Europe/Stockholm. Default: that of the hub's machine",
    ),
    managementApp: text('NAME', 'Name of the device management\'s app as people see it, such as "Company Portal"'),
  },
  examples: [
    {
      line: 'sallyport organization set --help-desk-name "IT Service" --help-desk-phone "+46 8 123 45 67" --time-zone Europe/Stockholm',
    },
    { line: 'sallyport organization set --help-desk-phone none' },
  ],
  async run({ flags }, { hub, style }) {
    const {
      helpDeskName: name,
      helpDeskPhone: phone,
      helpDeskMail: email,
      helpDeskUrl: url,
      timeZone,
      managementApp: deviceManagementApp,
    } = flags;
    const helpDesk = given({ name, phone, email, url });
    const change = {
      ...given({ timeZone, deviceManagementApp }),
      ...(Object.keys(helpDesk).length > 0 && { helpDesk }),
    };
    if (Object.keys(change).length === 0)
      throw new UsageError('Say what is to change, such as --help-desk-phone NUMBER.');
    const organization = await (await hub()).patch<OrganizationResource>(ORGANIZATION, change);
    return { json: organization, text: organizationText(organization, style) };
  },
});

/** Those that were given; "none" takes one away. */
function given(values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value === 'none' ? null : value]],
    ),
  );
}
