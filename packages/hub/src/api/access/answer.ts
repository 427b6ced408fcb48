import { explainForAdmin, type Reason, type ReasonCode, type ReasonNames, type UserHints } from '@sallyport/core';
import { pickCatalogue, type Catalogue } from '@sallyport/texts';
import type { AccessAnswer } from '../../view/ports.ts';
import { BoundedCache } from '../../platform/bounded-cache.ts';
import { explainIn, inOneLine, textOf, type WordedPart } from '../../evidence/explanation.ts';
import { devicePageBase } from '../../evidence/device-page.ts';
import { reasonNames } from '../../evidence/reason-names.ts';
import { stepUpFor } from './obligations.ts';
import type { Evaluation } from './question.ts';
import { ReasonsMemo } from './reasons-memo.ts';
import { hintsOf } from '../../evidence/user-hints.ts';
import type { HintsView } from '../../evidence/user-hints.ts';

const REMEMBERED_TEXTS = 5_000;

/**
 * Writes answers in AuthZEN's shape (Authorization API 1.0, section 6.2), in ASCII. The texts of a set of
 * reasons are written once and remembered: a fleet has many devices and few different reasons.
 */
export class AnswerWriter {
  readonly #view: HintsView;
  readonly #devicePage: string;
  readonly #texts = new BoundedCache<string>(REMEMBERED_TEXTS);
  readonly #memo: ReasonsMemo;

  constructor(view: HintsView, baseUrl: string) {
    this.#view = view;
    this.#memo = new ReasonsMemo(view);
    this.#devicePage = devicePageBase(baseUrl);
  }

  /**
   * @param answer its obligations are sent: to be given only to a caller that fulfils them
   * @param asked with the language that the caller names; without one the user's own is used
   */
  write(answer: AccessAnswer, { language: wanted, hints }: Pick<Evaluation, 'language' | 'hints'>): string {
    const { decision, obligations, reportOnly, deviceId } = answer;
    const catalogue = pickCatalogue(wanted, pickCatalogue(answer.preferredLanguage));
    const head = decision ? '{"decision":true,"context":{"reasons":' : '{"decision":false,"context":{"reasons":';
    // Never an empty list, which is malformed (Obligations Extension, "The Obligation Object").
    const duties = obligations.length === 0 ? '' : `,"obligations":${asciiJson(obligations.map(stepUpFor))}`;
    const reported = reportOnly.length === 0 ? '[]' : asciiJson(reportOnly);
    const page =
      deviceId === undefined ? '' : `,"remediation_url":"${this.#devicePage}${encodeURIComponent(deviceId)}"`;
    const hinted = hints.length === 0 ? '' : `,"hints":${asciiJson(hints)}`;
    return `${head}${this.#memo.get(answer, catalogue, this.#write)}${duties},"report_only":${reported}${hinted}${page}}}`;
  }

  /** The reasons and everything that follows from them alone. */
  readonly #write = (answer: AccessAnswer, catalogue: Catalogue): string => {
    const json = asciiJson(answer.reasons);
    const hints = hintsOf(answer, this.#view);
    const names = reasonNames(answer, this.#view);
    // Names, findings and advice may change while the reasons stay the same.
    const key = `${catalogue.language}${JSON.stringify([hints, names])}${json}`;
    let written = this.#texts.get(key);
    if (written === undefined) {
      written = writeReasons(json, answer.reasons, catalogue, hints, names);
      this.#texts.set(key, written);
    }
    return written;
  };
}

/** Of a plain grant, which is what is asked for most; nobody reads of it. */
const NOTHING_TO_TELL: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['policy_satisfied', 'no_policy_applies']);

function writeReasons(
  json: string,
  reasons: readonly Reason[],
  catalogue: Catalogue,
  hints: UserHints,
  names: ReasonNames,
): string {
  const admin = asciiJson({ en: reasons.map((reason) => explainForAdmin(reason, names)).join(' ') });
  const { language } = catalogue;
  const explanation = explainIn(catalogue, reasons, hints);
  const user = asciiJson({ [language]: inOneLine(explanation) });
  const parts = reasons.every(({ code }) => NOTHING_TO_TELL.has(code))
    ? ''
    : `,"explanation":${asciiJson({ language, parts: explanation.parts.map(toPartView) })}`;
  return `${json},"reason_admin":${admin},"reason_user":${user},"language":"${language}"${parts}`;
}

function toPartView({ kind, reason, segments, contact }: WordedPart): object {
  return { kind, reason, text: textOf(segments), words: segments.find(({ isForeign }) => isForeign)?.text, contact };
}

/** JSON in which every character is one byte, so that it goes out without being encoded again. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
