import type { Style } from '../../output/style.ts';
import { table } from '../../output/table.ts';
import { instant, stateColour } from './paint.ts';

/** A record that a partner has of a device, as the hub lists it. */
export interface Identity {
  readonly connectorId: string;
  readonly ids: readonly string[];
  readonly standing: 'newest' | 'older' | 'superseded' | 'retired' | 'held';
  readonly threatState: string;
  readonly observedDateTime: string;
  readonly lastLevel: { readonly threatState: string; readonly observedDateTime: string } | null;
  readonly contactLostDateTime: string | null;
}

export function identitiesPath(deviceId: string): string {
  return `/admin/v1/devices/${deviceId}/identities`;
}

/** Nothing where each partner has one record of the device, which is nearly always. */
export function identitiesText(
  identities: readonly Identity[],
  named: (connectorId: string) => string | undefined,
  style: Style,
): string {
  const partners = new Set(identities.map(({ connectorId }) => connectorId));
  if (identities.length === partners.size && identities.every(({ standing }) => standing === 'newest')) return '';
  const paint = stateColour(style);
  return table(
    identities,
    [
      { title: 'PARTNER', cell: ({ connectorId }) => named(connectorId) },
      { title: 'RECORD', cell: ({ ids }) => ids.join(', ') || '(no id)' },
      { title: 'STANDING', cell: ({ standing }) => standing },
      { title: 'REPORTS', cell: ({ threatState }) => threatState, paint },
      { title: 'OBSERVED', cell: ({ observedDateTime }) => instant(observedDateTime) },
      { title: 'LAST LEVEL', cell: ({ lastLevel }) => lastLevel?.threatState, paint },
      { title: 'CONTACT LOST', cell: ({ contactLostDateTime }) => instant(contactLostDateTime) },
    ],
    style,
    '',
  );
}
