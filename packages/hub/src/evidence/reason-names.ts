import { namesPeople } from '@sallyport/core';
import type { Connector, Reason, ReasonNames } from '@sallyport/core';
import type { HeldPosture } from '../pipeline/ports.ts';
import type { AccessAnswer, AccessView } from '../view/ports.ts';

export type NamesView = Pick<AccessView, 'connector' | 'posture' | 'user' | 'facts'>;

/** The names for what reasons hold ids of. */
export function reasonNames(
  { reasons, deviceId, userId }: Pick<AccessAnswer, 'reasons' | 'deviceId' | 'userId'>,
  view: NamesView,
): ReasonNames {
  const posture = postureOf(reasons, deviceId, view);
  const connectors = new Set(
    reasons.flatMap(({ connectorId, disagreeing = [] }) =>
      connectorId === undefined ? disagreeing : [connectorId, ...disagreeing],
    ),
  );
  const findings = new Set(reasons.flatMap(({ findingIds = [] }) => findingIds));
  return {
    connectors: Object.fromEntries([...connectors].map((id) => [id, ownName(view.connector(id))])),
    findings: Object.fromEntries(
      (posture?.views ?? [])
        .flatMap(({ openFindings }) => openFindings)
        .filter(({ id }) => findings.has(id))
        .map(({ id, title, type }) => [id, title ?? type]),
    ),
    ...(namesPeople(reasons) && {
      user: nameOfUser(userId, view),
      owner: nameOfUser(deviceId === undefined ? undefined : view.facts(deviceId)?.userId, view),
    }),
  };
}

/** Read only where a partner has a part in the reasons. */
export function postureOf(
  reasons: readonly Reason[],
  deviceId: string | undefined,
  view: NamesView,
): HeldPosture | undefined {
  return deviceId === undefined || reasons.every(({ connectorId }) => connectorId === undefined)
    ? undefined
    : view.posture(deviceId);
}

function nameOfUser(id: string | undefined, view: NamesView): string | undefined {
  return id === undefined ? undefined : view.user(id)?.userPrincipalName;
}

/** A connector without a name of its own is called by its id; nobody knows it by that. */
export function ownName(connector: Connector | undefined): string | undefined {
  return connector?.displayName === connector?.id ? undefined : connector?.displayName;
}
