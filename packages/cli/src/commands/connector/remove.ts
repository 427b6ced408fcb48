import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { accessEffect } from '../shared/access-effect.ts';
import { CONNECTORS, findConnector } from '../shared/find.ts';
import { previewText, type Preview } from '../shared/preview.ts';
import { PREVIEW_FLAG } from '../shared/preview-flag.ts';

export const remove = command({
  name: 'remove',
  summary: 'Remove a connector, with what its partner said of devices; its reports are no longer taken',
  args: { connector: word('PARTNER', 'Short name of the partner, or the id of the connector') },
  flags: { preview: PREVIEW_FLAG },
  examples: [
    { line: 'sallyport connector remove zimperium --preview' },
    { line: 'sallyport connector remove zimperium' },
  ],
  async run({ args, flags }, { hub, style }) {
    const client = await hub();
    const { id, partnerDisplayName } = await findConnector(client, args.connector);
    if (flags.preview) {
      const found = await client.post<Preview>(`/admin/v1/connectors/${id}/preview`, { connector: null });
      return { json: found, text: await previewText(found, client, style) };
    }
    const { opened, closed } = await client.change('DELETE', `${CONNECTORS}/${id}`);
    return {
      json: { removed: id, opened, closed },
      text: `Removed the connector ${partnerDisplayName ?? id}.\n${accessEffect({ opened, closed })}`,
    };
  },
});
