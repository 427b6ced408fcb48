import type { HubClient } from '@sallyport/contracts/client/index.ts';
import type { Style } from '../../output/style.ts';
import { facts, table } from '../../output/table.ts';
import { deviceNames } from './device-names.ts';
import { stateColour } from './paint.ts';

/** What a change would do to the fleet, as the hub's previews answer. */
export interface Preview {
  readonly devices: number;
  readonly changed: number;
  readonly closing: number;
  readonly opening: number;
  readonly levelChanged: number;
  readonly samples: readonly { readonly deviceId: string; readonly from: string; readonly to: string }[];
}

export async function previewText(found: Preview, client: HubClient, style: Style): Promise<string> {
  const device = await deviceNames(
    client,
    found.samples.map(({ deviceId }) => deviceId),
  );
  const paint = stateColour(style);
  return [
    facts(
      [
        ['Devices', found.devices],
        ['Compliance would change', found.changed],
        ['Would lose access', found.closing],
        ['Would get it back', found.opening],
        ['Level would change', found.levelChanged],
      ],
      style,
    ),
    table(
      found.samples,
      [
        { title: 'DEVICE', cell: (sample) => device(sample.deviceId) },
        { title: 'NOW', cell: (sample) => sample.from, paint },
        { title: 'THEN', cell: (sample) => sample.to, paint },
      ],
      style,
      'The compliance of no device would change.',
    ),
  ].join('\n');
}
