import type { Finding, PartnerView, Signal } from '../vocabulary/signal.ts';
import type { SignalLimits } from '../vocabulary/signal-limits.ts';
import { applySignal } from './apply-signal.ts';
import { identitiesOf, isBad } from './identities.ts';

const SECOND = 1_000;
const NO_FINDINGS: ReadonlyMap<string, Finding> = new Map();

/** What one identity has reported, with times of its own, of a device that is not known. It closes nothing and opens nothing. */
export class Trace {
  #view: PartnerView | undefined;
  readonly #findings = new Map<string, Finding>();

  add(signal: Signal, limits: SignalLimits): void {
    if (signal.undated === true) return;
    const { view, findings } = applySignal(this.#view, this.#findings, signal, limits);
    this.#view = view;
    for (const finding of findings) this.#findings.set(finding.id, finding);
  }

  /** Whether bad news of the same identity was over before it came. */
  outdates(signal: Signal, limits: SignalLimits): boolean {
    return this.#view !== undefined && isOver(signal, this.#view, this.#findings, limits);
  }
}

/**
 * Whether bad news that may be about several devices was over before it came: its identity has reported better since, of one of
 * them or of a device that is not known. A worse state that is hardly older counts (`contestWithinSeconds`), and so does
 * what has no time of its own.
 *
 * @param views of the devices that it may be about
 * @param trace what else its identity has reported
 */
export function isOutdated(
  signal: Signal,
  views: readonly PartnerView[],
  trace: Trace | undefined,
  limits: SignalLimits,
): boolean {
  if (signal.undated === true) return false;
  const ids = identitiesOf(signal);
  const isOwn = ({ connectorId, held, identities }: PartnerView): boolean =>
    connectorId === signal.connectorId && held === undefined && identities?.some((id) => ids.includes(id)) === true;
  return (
    trace?.outdates(signal, limits) === true ||
    views.some((view) => isOwn(view) && isOver(signal, view, NO_FINDINGS, limits))
  );
}

function isOver(signal: Signal, view: PartnerView, known: ReadonlyMap<string, Finding>, limits: SignalLimits): boolean {
  if (view.observedAt <= signal.observedAt + limits.contestWithinSeconds * SECOND) return false;
  const after = applySignal(view, known, signal, limits).view;
  return after !== undefined && !isBad(after);
}
