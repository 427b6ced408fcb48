import { command } from '../../frame/command.ts';
import { table } from '../../output/table.ts';
import type { VendorDescription } from './vendor-link.ts';

export const vendors = command({
  name: 'vendors',
  summary: 'List the vendors whose own format the hub speaks, with the settings of each',
  examples: [{ line: 'sallyport connector vendors' }],
  async run(_, { hub, style }) {
    const { value } = await (await hub()).get<{ readonly value: readonly VendorDescription[] }>('/admin/v1/vendors');
    const rows = value.flatMap((vendor) =>
      Object.entries(vendor.settingsSchema.properties ?? {}).map(([name, setting]) => ({ vendor, name, setting })),
    );
    return {
      json: value,
      text: table(
        rows,
        [
          { title: 'VENDOR', cell: ({ vendor }) => vendor.id },
          { title: 'SETTING', cell: ({ name }) => name },
          { title: 'SECRET', cell: ({ vendor, name }) => vendor.secrets.includes(name) },
          { title: 'MEANING', cell: ({ setting }) => setting.description },
        ],
        style,
        "This hub speaks no vendor's own format.",
      ),
    };
  },
});
