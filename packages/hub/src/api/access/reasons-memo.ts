import { namesPeople, type Reason } from '@sallyport/core';
import type { Catalogue } from '@sallyport/texts';
import type { AccessAnswer } from '../../view/ports.ts';
import type { HintsView } from '../../evidence/user-hints.ts';

interface Remembered {
  readonly reasons: readonly Reason[];
  readonly catalogue: Catalogue;
  /** Everything else that the words depend on, compared by identity. */
  readonly sources: readonly unknown[];
  readonly written: string;
}

/**
 * What was last written for reasons, found by the identity of the last one: it belongs to a compiled policy or
 * to the posture of a device and lives as long. Those before it are made anew with each decision and compared
 * by their values, which still costs far less than writing them.
 */
export class ReasonsMemo {
  readonly #view: HintsView;
  readonly #last = new WeakMap<Reason, Remembered>();

  constructor(view: HintsView) {
    this.#view = view;
  }

  /** `write` is called when reasons, language, partners, their findings or people are not those of the last time. */
  get(
    answer: AccessAnswer,
    catalogue: Catalogue,
    write: (answer: AccessAnswer, catalogue: Catalogue) => string,
  ): string {
    const { reasons } = answer;
    const last = reasons.at(-1);
    if (last === undefined) return write(answer, catalogue);
    const sources = this.#sourcesOf(answer);
    const known = this.#last.get(last);
    if (known?.catalogue === catalogue && sameItems(known.sources, sources) && sameReasons(known.reasons, reasons))
      return known.written;
    const written = write(answer, catalogue);
    this.#last.set(last, { reasons, catalogue, sources, written });
    return written;
  }

  #sourcesOf({ reasons, deviceId, operatingSystem, userId }: AccessAnswer): readonly unknown[] {
    const sources: unknown[] = [operatingSystem, this.#view.organization];
    if (namesPeople(reasons)) sources.push(userId, deviceId);
    let hasPartner = false;
    for (const { connectorId, disagreeing } of reasons) {
      if (connectorId === undefined) continue;
      hasPartner = true;
      sources.push(this.#view.connector(connectorId));
      for (const other of disagreeing ?? NOBODY) sources.push(this.#view.connector(other));
    }
    if (hasPartner && deviceId !== undefined)
      for (const { openFindings } of this.#view.posture(deviceId)?.views ?? NOBODY) sources.push(openFindings);
    return sources;
  }
}

const NOBODY: readonly never[] = [];

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function sameReasons(a: readonly Reason[], b: readonly Reason[]): boolean {
  return a.length === b.length && a.every((reason, i) => sameReason(reason, b[i] as Reason));
}

const FIELDS = [
  'code',
  'policyId',
  'policyName',
  'rule',
  'connectorId',
  'disagreeing',
  'findingIds',
  'required',
  'actual',
  'heldDays',
  'remark',
  'until',
] as const satisfies readonly (keyof Reason)[];

/** Lists count as the same only when they are the same object. */
function sameReason(a: Reason, b: Reason): boolean {
  return a === b || FIELDS.every((field) => a[field] === b[field]);
}
