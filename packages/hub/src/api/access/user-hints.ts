import { rankOfLevel } from '@sallyport/core';
import type { OpenFinding, Reason, UserHints } from '@sallyport/core';
import type { AccessAnswer, AccessView } from '../../pipeline/ports.ts';

export type HintsView = Pick<AccessView, 'connector' | 'posture'>;

/** What makes the text for the user concrete: the app of the partner that decided, and its advice about the worst finding. */
export function hintsOf({ reasons, deviceId }: Pick<AccessAnswer, 'reasons' | 'deviceId'>, view: HintsView): UserHints {
  const reason = reasons.find(({ connectorId }) => connectorId !== undefined);
  if (reason?.connectorId === undefined) return NONE;
  return { appName: view.connector(reason.connectorId)?.displayName, recommendedAction: deviceId === undefined ? undefined : adviceOn(reason, deviceId, view) };
}

const NONE: UserHints = {};

function adviceOn({ connectorId, findingIds = [] }: Reason, deviceId: string, view: HintsView): string | undefined {
  const findings = view.posture(deviceId)?.views.find((partner) => partner.connectorId === connectorId)?.openFindings ?? [];
  const advised = findings.filter(({ id, recommendedAction }) => findingIds.includes(id) && recommendedAction !== undefined);
  return advised.toSorted((a, b) => rankOf(b) - rankOf(a))[0]?.recommendedAction;
}

function rankOf({ severity }: OpenFinding): number {
  return severity === undefined ? -1 : rankOfLevel(severity);
}
