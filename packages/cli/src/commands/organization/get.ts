import type { OrganizationResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { ORGANIZATION, organizationText } from './organization-text.ts';

export const get = command({
  name: 'get',
  summary: 'Show the help desk, time zone and device management app that people read of',
  examples: [{ line: 'sallyport organization get' }],
  async run(_, { hub, style }) {
    const organization = await (await hub()).get<OrganizationResource>(ORGANIZATION);
    return { json: organization, text: organizationText(organization, style) };
  },
});
