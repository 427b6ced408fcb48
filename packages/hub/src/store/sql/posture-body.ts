import type { ComplianceState, OpenFinding, PartnerView, Reason, ThreatState } from '@sallyport/core';
import type { PostureRow } from '../store.ts';

/**
 * A posture as it is kept: JSON arrays without the names of members, and 0 for what is mostly empty. A fleet's
 * postures are read at every start, and this takes half the time of JSON with names.
 */
type Body = readonly [
  deviceId: string,
  mergedState: ThreatState,
  complianceState: ComplianceState,
  updatedAt: number,
  graceUntil: number | null,
  views: readonly ViewBody[],
  reasons: readonly Reason[] | 0,
  failing: Readonly<Record<string, number>> | 0,
  changesAt?: number,
];

type ViewBody = readonly [
  connectorId: string,
  state: ThreatState,
  observedAt: number,
  reportId: string,
  basis: PartnerView['basis'],
  openFindings: readonly OpenFinding[] | 0,
  /** What only few views have, by name. */
  rest?: Omit<PartnerView, 'connectorId' | 'state' | 'observedAt' | 'reportId' | 'basis' | 'openFindings'>,
];

const NO_REASONS: readonly Reason[] = [];
const NO_FINDINGS: readonly OpenFinding[] = [];
const NOT_FAILING: Readonly<Record<string, number>> = {};

export function postureText(row: PostureRow): string {
  const { deviceId, mergedState, complianceState, updatedAt, graceUntil, views, reasons, failing, changesAt, ...rest } =
    row;
  rest satisfies NothingForgotten;
  const body: Body = [
    deviceId,
    mergedState,
    complianceState,
    updatedAt,
    graceUntil,
    views.map(viewBody),
    reasons.length === 0 ? 0 : reasons,
    Object.keys(failing).length === 0 ? 0 : failing,
  ];
  return JSON.stringify(changesAt === undefined ? body : [...body, changesAt]);
}

/** @param parsed what `postureText` made, parsed */
export function toPosture(parsed: unknown): PostureRow {
  if (!Array.isArray(parsed)) return parsed as PostureRow; // Kept by a hub from before this form.
  const [deviceId, mergedState, complianceState, updatedAt, graceUntil, views, reasons, failing, changesAt] =
    parsed as unknown as Body;
  return {
    deviceId,
    views: views.map(toView),
    mergedState,
    complianceState,
    reasons: reasons === 0 ? NO_REASONS : reasons,
    failing: failing === 0 ? NOT_FAILING : failing,
    graceUntil,
    updatedAt,
    ...(changesAt !== undefined && { changesAt }),
  };
}

function viewBody({ connectorId, state, observedAt, reportId, basis, openFindings, ...rest }: PartnerView): ViewBody {
  const common = [
    connectorId,
    state,
    observedAt,
    reportId,
    basis,
    openFindings.length === 0 ? 0 : openFindings,
  ] as const;
  for (const _ in rest) return [...common, rest];
  return common;
}

function toView([connectorId, state, observedAt, reportId, basis, openFindings, rest]: ViewBody): PartnerView {
  return {
    connectorId,
    state,
    observedAt,
    reportId,
    basis,
    openFindings: openFindings === 0 ? NO_FINDINGS : openFindings,
    ...rest,
  };
}

/** Fails to compile when a member was added above and is not kept here. */
type NothingForgotten = Readonly<Record<string, never>>;
