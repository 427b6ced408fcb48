import { THREAT_CATEGORIES } from '@sallyport/core';
import { LANGUAGES } from '@sallyport/texts/languages.ts';
import { command } from '../../frame/command.ts';
import { oneOf, text, wholeNumber } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { connectorIdHere, findDevice } from '../shared/find.ts';
import { connectorNames } from '../shared/connector-names.ts';
import { deviceNames } from '../shared/device-names.ts';
import { findingsTable, type Finding } from '../shared/findings.ts';
import { readPages } from '../shared/pages.ts';

export const list = command({
  name: 'list',
  summary: 'List what partners found, on all devices',
  flags: {
    state: oneOf(['open', 'resolved', 'all'], 'Default: open'),
    severity: oneOf(['low', 'medium', 'high', 'none'], 'none: told, but never raises a level'),
    category: text('CATEGORY', 'One of ours, such as net.mitm or app.malware; docs/findings.md lists them'),
    connector: text('PARTNER', 'Only what this partner found'),
    device: text('DEVICE', 'Only on this device: id, Entra device id, name or serial number'),
    language: oneOf(LANGUAGES, 'The language of categories and advice. Default: en'),
    top: wholeNumber('COUNT', 'Maximum number of rows, the newest first. Default: 100', [1, 100_000]),
  },
  examples: [
    { line: 'sallyport finding list --severity high' },
    { line: 'sallyport finding list --category net.phishing_contact --state all --json' },
  ],
  async run({ flags }, { hub, style }) {
    const { state = 'open', severity, category, connector, device, language, top = 100 } = flags;
    if (category !== undefined && !(THREAT_CATEGORIES as readonly string[]).includes(category))
      throw new UsageError(`--category must be one of ${THREAT_CATEGORIES.join(', ')}.`);
    const client = await hub();
    const findings = await readPages<Finding>(
      client,
      '/admin/v1/findings',
      {
        state: state === 'all' ? undefined : state,
        severity,
        category,
        language,
        connectorId: connector === undefined ? undefined : await connectorIdHere(client, connector),
        deviceId: device === undefined ? undefined : (await findDevice(client, device)).id,
      },
      top,
    );
    const [partner, named] = await Promise.all([
      connectorNames(client),
      deviceNames(
        client,
        findings.map(({ deviceId }) => deviceId),
      ),
    ]);
    return { json: findings, text: findingsTable(findings, style, 'No such findings.', { partner, device: named }) };
  },
});
