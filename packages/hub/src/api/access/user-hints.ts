import { rankOfLevel } from '@sallyport/core';
import type { Connector, OpenFinding, Reason, UserHints } from '@sallyport/core';
import type { AccessAnswer, AccessView } from '../../pipeline/ports.ts';

export type HintsView = Pick<AccessView, 'connector' | 'posture'>;

/** What makes the text for the user concrete: the app of the partner that decided, and what there is to advise about its worst finding. */
export function hintsOf({ reasons, deviceId }: Pick<AccessAnswer, 'reasons' | 'deviceId'>, view: HintsView): UserHints {
  const reason = reasons.find(({ connectorId }) => connectorId !== undefined);
  if (reason?.connectorId === undefined) return NONE;
  return { appName: appNameOf(view.connector(reason.connectorId)), ...(deviceId !== undefined && adviceOn(reason, deviceId, view)) };
}

const NONE: UserHints = {};

/** Nobody knows an app by an id, which is all that a partner without a name has. */
function appNameOf(connector: Connector | undefined): string | undefined {
  return connector?.displayName === connector?.id ? undefined : connector?.displayName;
}

function adviceOn({ connectorId, findingIds = [] }: Reason, deviceId: string, view: HintsView): Pick<UserHints, 'recommendedAction' | 'category'> {
  const findings = view.posture(deviceId)?.views.find((partner) => partner.connectorId === connectorId)?.openFindings ?? [];
  const [worst] = findings.filter((finding) => findingIds.includes(finding.id) && isAdvised(finding)).toSorted((a, b) => rankOf(b) - rankOf(a));
  return { recommendedAction: worst?.recommendedAction, category: worst?.category };
}

function isAdvised({ recommendedAction, category }: OpenFinding): boolean {
  return recommendedAction !== undefined || (category !== undefined && category !== 'unclassified');
}

function rankOf({ severity }: OpenFinding): number {
  return severity === undefined ? -1 : rankOfLevel(severity);
}
