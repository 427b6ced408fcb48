import { platformOf, type OpenFinding, type PartnerView, type Platform, type Reason } from '@sallyport/core';
import type { PostureRow } from '../store/store.ts';

const NO_VIEWS: readonly PartnerView[] = [];
const NO_FINDINGS: readonly OpenFinding[] = [];
const NO_REASONS: readonly Reason[] = [];
const NOT_FAILING: Readonly<Record<string, number>> = {};
/** Lists of reasons kept for sharing: many devices fail for the same few. Those that name a finding are their own. */
const MOST_REASONS = 10_000;
/** Some words come from outside; when there are this many, the rest is kept as it comes. */
const MOST_WORDS = 50_000;

/**
 * What postures read from the database have in common, kept once: a parser makes every word and every empty
 * list anew, and for a million devices that is half of the memory.
 */
export class SharedParts {
  readonly #words = new Map<string, string>();
  readonly #platforms = new Map<string, Platform>();
  readonly #reasons = new Map<string, readonly Reason[]>();

  /** The one text for all that say the same; for words that come back again and again ("Android", "17.2"). */
  word<T extends string>(word: T): T {
    const known = this.#words.get(word);
    if (known !== undefined) return known as T;
    if (this.#words.size < MOST_WORDS) this.#words.set(word, word);
    return word;
  }

  platform(operatingSystem: string): Platform {
    let platform = this.#platforms.get(operatingSystem);
    if (platform === undefined) {
      platform = platformOf(operatingSystem);
      if (this.#platforms.size < MOST_WORDS) this.#platforms.set(operatingSystem, platform);
    }
    return platform;
  }

  /** The same posture, made of shared parts where it can be. */
  posture(row: PostureRow, deviceId: string): PostureRow {
    return {
      deviceId,
      views: row.views.length === 0 ? NO_VIEWS : row.views.map((view) => this.#view(view)),
      mergedState: this.word(row.mergedState),
      complianceState: this.word(row.complianceState),
      reasons: row.reasons.length === 0 ? NO_REASONS : this.#theReasons(row.reasons),
      failing: isEmpty(row.failing) ? NOT_FAILING : row.failing,
      graceUntil: row.graceUntil,
      updatedAt: row.updatedAt,
    };
  }

  #view({ connectorId, state, observedAt, reportId, basis, openFindings }: PartnerView): PartnerView {
    return {
      connectorId: this.word(connectorId), state: this.word(state), observedAt, reportId, basis: this.word(basis),
      openFindings: openFindings.length === 0 ? NO_FINDINGS : openFindings.map((finding) => ({ ...finding, type: this.word(finding.type) })),
    };
  }

  /** Its words are shared where the reason itself cannot be. */
  #reason(reason: Reason): Reason {
    const shared: Record<string, unknown> = { ...reason };
    for (const [name, value] of Object.entries(reason)) if (typeof value === 'string' && name !== 'until') shared[name] = this.word(value);
    return shared as unknown as Reason;
  }

  #theReasons(reasons: readonly Reason[]): readonly Reason[] {
    if (reasons.some((reason) => reason.findingIds !== undefined)) return reasons.map((reason) => this.#reason(reason));
    const key = JSON.stringify(reasons);
    const known = this.#reasons.get(key);
    if (known !== undefined) return known;
    if (this.#reasons.size < MOST_REASONS) this.#reasons.set(key, reasons);
    return reasons;
  }
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}
