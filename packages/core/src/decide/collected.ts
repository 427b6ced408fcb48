import type { AccessRequest, Decision, Obligation, ReportOnlyResult } from '../vocabulary/access.ts';
import type { Reason } from '../vocabulary/reason.ts';
import { judge, type CompiledGrant } from './grant.ts';

const NOTHING: readonly never[] = [];
const NO_POLICY_APPLIES: Decision = Object.freeze({
  decision: true,
  reasons: [{ code: 'no_policy_applies' as const }],
  obligations: NOTHING,
  reportOnly: NOTHING,
});

/** What the applying policies have said so far. Nothing is allocated for what nobody says. */
export class Collected {
  satisfied: Reason[] | undefined = undefined;
  refused: Reason[] | undefined = undefined;
  blocked: Reason[] | undefined = undefined;
  obligations: Obligation[] | undefined = undefined;
  reportOnly: ReportOnlyResult[] | undefined = undefined;
  forDevice = false;

  enforce(grant: CompiledGrant, request: AccessRequest): void {
    const outcome = judge(grant, request);
    switch (outcome.kind) {
      case 'satisfied':
        (this.satisfied ??= []).push(grant.satisfied);
        break;
      case 'obliged':
        (this.obligations ??= []).push(outcome.obligation);
        break;
      default:
        this.forDevice ||= outcome.forDevice;
        for (const reason of outcome.reasons) {
          if (outcome.blocked) (this.blocked ??= []).push(reason);
          else (this.refused ??= []).push(reason);
        }
    }
  }

  report(grant: CompiledGrant, request: AccessRequest): void {
    const outcome = judge(grant, request);
    const result =
      outcome.kind === 'satisfied'
        ? 'reportOnlySuccess'
        : outcome.kind === 'obliged'
          ? 'reportOnlyInterrupted'
          : 'reportOnlyFailure';
    const reasons =
      outcome.kind !== 'refused'
        ? NOTHING
        : outcome.forDevice
          ? [...outcome.reasons, ...(request.device?.reasons ?? NOTHING)]
          : outcome.reasons;
    (this.reportOnly ??= []).push({ policyId: grant.policyId, result, reasons });
  }

  decision(request: AccessRequest): Decision {
    const reportOnly = this.reportOnly ?? NOTHING;
    if (this.blocked !== undefined || this.refused !== undefined) {
      return { decision: false, reasons: this.#refusals(request), obligations: NOTHING, reportOnly };
    }
    const obligations = this.obligations ?? NOTHING;
    if (this.satisfied === undefined && obligations.length === 0) {
      return reportOnly.length === 0 ? NO_POLICY_APPLIES : { ...NO_POLICY_APPLIES, reportOnly };
    }
    const satisfied = this.satisfied ?? NOTHING;
    if (obligations.length === 0) return { decision: true, reasons: satisfied, obligations, reportOnly };
    const asked = obligations.map(({ policyId }): Reason => ({ code: 'mfa_required', policyId }));
    return { decision: true, reasons: [...asked, ...satisfied], obligations, reportOnly };
  }

  /** A block is named before what could still be mended, for mending that would not help. */
  #refusals(request: AccessRequest): readonly Reason[] {
    const own =
      this.blocked === undefined
        ? (this.refused ?? NOTHING)
        : this.refused === undefined
          ? this.blocked
          : [...this.blocked, ...this.refused];
    const ofDevice = request.device?.reasons ?? NOTHING;
    return this.forDevice && ofDevice.length > 0 ? [...own, ...ofDevice] : own;
  }
}
