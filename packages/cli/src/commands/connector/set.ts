import type { ConnectorResource, HubClient } from '@sallyport/contracts/client/index.ts';
import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { alone, oneOf, onOff, text, texts, wholeNumber } from '../../frame/flags.ts';
import { accessEffect } from '../shared/access-effect.ts';
import { CONNECTORS, connectorIdHere, findGroup } from '../shared/find.ts';
import { readJson } from '../shared/json-file.ts';
import { previewText, type Preview } from '../shared/preview.ts';
import { PREVIEW_FLAG } from '../shared/preview-flag.ts';
import { connectorText } from './connector-text.ts';

export const set = command({
  name: 'set',
  summary: 'Make a connector, or change it',
  description: 'Makes the connector when it is not there yet. What is not named stays as it is.',
  args: {
    connector: word(
      'PARTNER',
      'Short name of the partner (lookout, zimperium, ...), or the id of the connector; for a partner of your own a GUID that you make',
    ),
  },
  flags: {
    name: text('NAME', 'What people know the app of a partner of your own by; known partners have theirs'),
    android: onOff('Use what the partner reports of Android devices'),
    ios: onOff('Use what the partner reports of iOS devices'),
    androidBlockOnMissing: onOff(
      'Android devices are noncompliant until the partner has reported; with the merge methods primary and quorum, only until these can decide',
    ),
    iosBlockOnMissing: onOff(
      'iOS devices are noncompliant until the partner has reported; with primary and quorum, only until these can decide',
    ),
    blockUnsupportedOs: onOff('Devices below the oldest system the partner supports are noncompliant'),
    mac: onOff('Use what the partner reports of macOS devices'),
    windows: onOff('Use what the partner reports of Windows devices'),
    integration: oneOf(['full', 'basic'], 'basic: reports are kept and shown, and decide nothing. Default: full'),
    enrolmentGroup: texts(
      'GROUP',
      'The partner counts only for users and devices of these groups, instead of those before',
    ),
    everybody: alone('The partner counts for all devices again, whatever their groups'),
    matchByEmail: onOff('The mail address of a user who has one device is enough to say which device is meant'),
    thresholdDays: wholeNumber(
      'DAYS',
      'Days without a sign of life after which the partner counts as unresponsive; 0: never',
      [0, 365],
    ),
    preview: PREVIEW_FLAG,
    file: text('FILE', 'JSON with any properties of a mobileThreatDefenseConnector; "-" reads standard input'),
  },
  examples: [
    { line: 'sallyport connector set lookout --android on --ios on --android-block-on-missing on' },
    { line: 'sallyport connector set zimperium --threshold-days 3' },
    { line: 'sallyport connector set lookout --android off --preview' },
    { line: 'sallyport connector set zimperium --integration basic --enrolment-group Pilots' },
    {
      line: 'sallyport connector set 5f0e6f3a-9d0c-4b41-9c1e-0a7c3f1d2b10 --name Acme --android on --ios on',
      says: 'a partner that nobody listed; "Acme" is enough from then on',
    },
  ],
  async run({ args, flags }, context) {
    const client = await context.hub();
    const given = {
      ...(flags.file === undefined ? {} : ((await readJson(flags.file, context)) as object)),
      ...withoutAbsent({
        partnerDisplayName: flags.name,
        androidEnabled: flags.android,
        iosEnabled: flags.ios,
        androidDeviceBlockedOnMissingPartnerData: flags.androidBlockOnMissing,
        iosDeviceBlockedOnMissingPartnerData: flags.iosBlockOnMissing,
        partnerUnsupportedOsVersionBlocked: flags.blockUnsupportedOs,
        partnerUnresponsivenessThresholdInDays: flags.thresholdDays,
        macEnabled: flags.mac,
        windowsEnabled: flags.windows,
        integration: flags.integration,
        enrolmentGroupIds: await groupIdsOf(client, flags.enrolmentGroup, flags.everybody),
        matchDevicesByEmail: flags.matchByEmail,
      }),
    };
    const id = await connectorIdHere(client, args.connector);
    const before = await client.find(`${CONNECTORS}/${id}`);
    if (flags.preview) {
      const found = await client.post<Preview>(`/admin/v1/connectors/${id}/preview`, { connector: given });
      return { json: found, text: await previewText(found, client, context.style) };
    }
    const { resource: connector, ...effect } =
      before === undefined
        ? await client.change<ConnectorResource>('POST', CONNECTORS, { ...DEFAULTS, id, ...given })
        : await client.change<ConnectorResource>('PATCH', `${CONNECTORS}/${id}`, given);
    return { json: { ...connector, ...effect }, text: connectorText(connector, context.style) + accessEffect(effect) };
  },
});

/** `undefined`: nothing was said of groups. */
async function groupIdsOf(
  client: HubClient,
  names: readonly string[],
  everybody: boolean,
): Promise<readonly string[] | undefined> {
  if (everybody) return [];
  if (names.length === 0) return undefined;
  const ids: string[] = [];
  for (const name of names) ids.push((await findGroup(client, name)).id);
  return ids;
}

/** What Microsoft's own tools write for a new connector. */
const DEFAULTS = { partnerUnresponsivenessThresholdInDays: 7 };

function withoutAbsent(values: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
