import { deviceNoun, mayBeWatched, rankOfLevel } from '@sallyport/core';
import type { Connector, OpenFinding, PartnerHints, Reason, UserHints } from '@sallyport/core';
import { appOfConnector } from '@sallyport/contracts/graph/partners.ts';
import type { HeldPosture } from '../pipeline/ports.ts';
import type { AccessAnswer, AccessView } from '../view/ports.ts';
import { ownName, postureOf, type NamesView } from './reason-names.ts';

export type HintsView = NamesView & Pick<AccessView, 'organization'>;

/** What makes the text for the user concrete: the apps of the partners that decided, and the worst finding of each. */
export function hintsOf(
  { reasons, deviceId, operatingSystem }: Pick<AccessAnswer, 'reasons' | 'deviceId' | 'operatingSystem'>,
  view: HintsView,
): UserHints {
  const posture = postureOf(reasons, deviceId, view);
  const partners = Object.fromEntries(
    reasons.flatMap((reason): readonly (readonly [string, PartnerHints])[] => {
      const { connectorId } = reason;
      return connectorId === undefined
        ? []
        : [[connectorId, { appName: appNameOf(view.connector(connectorId)), finding: worstOf(reason, posture) }]];
    }),
  );
  const { helpDesk, timeZone, managementApp } = view.organization;
  return {
    device: deviceNoun(operatingSystem),
    partners,
    helpDesk,
    timeZone,
    managementApp,
    watched: posture?.views.some(({ openFindings }) => openFindings.some(mayBeWatched)) ?? false,
  };
}

/** The app as it is called on the phone, which is not always what the partner is called. */
function appNameOf(connector: Connector | undefined): string | undefined {
  return connector && appOfConnector(connector.id, ownName(connector));
}

function worstOf({ connectorId, findingIds = [] }: Reason, posture: HeldPosture | undefined): OpenFinding | undefined {
  const findings = posture?.views.flatMap((view) => (view.connectorId === connectorId ? view.openFindings : [])) ?? [];
  return findings
    .filter((finding) => findingIds.includes(finding.id))
    .toSorted((a, b) => rankOf(b) - rankOf(a) || Number(isAdvised(b)) - Number(isAdvised(a)))[0];
}

/** Of two that are as bad, the one that something can be said about. */
function isAdvised({ recommendedAction, category }: OpenFinding): boolean {
  return recommendedAction !== undefined || (category !== undefined && category !== 'unclassified');
}

function rankOf({ severity }: OpenFinding): number {
  return severity === undefined ? -1 : rankOfLevel(severity);
}
