import type { PartnerView, ThreatState } from '@sallyport/core';

/** A report that is held against a device. */
export interface HeldReport {
  readonly connectorId: string;
  readonly reportId: string;
  readonly state: ThreatState;
}

const NOTHING: readonly HeldReport[] = [];

/** What is held since a change of the views, where nothing was before; nothing, where that ended; `undefined`: neither. */
export function holdChange(
  before: readonly PartnerView[] = [],
  after: readonly PartnerView[],
): readonly HeldReport[] | undefined {
  if (before === after || isAnyHeld(before) === isAnyHeld(after)) return undefined;
  return isAnyHeld(before)
    ? NOTHING
    : after
        .filter(({ held }) => held !== undefined)
        .map(({ connectorId, reportId, state }) => ({ connectorId, reportId, state }));
}

function isAnyHeld(views: readonly PartnerView[]): boolean {
  return views.some(({ held }) => held !== undefined);
}
