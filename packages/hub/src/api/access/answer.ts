import { explainForAdmin, explainForUser, pickLanguage } from '@sallyport/core';
import type { Language, Reason } from '@sallyport/core';
import type { AccessAnswer, AccessView } from '../../pipeline/ports.ts';
import { BoundedCache } from './bounded-cache.ts';

const REMEMBERED_TEXTS = 5_000;

/**
 * Writes answers in AuthZEN's shape (Authorization API 1.0, section 6.2), in ASCII. The texts of a set of
 * reasons are written once and remembered: a fleet has many devices and few different reasons.
 */
export class AnswerWriter {
  readonly #view: Pick<AccessView, 'connector'>;
  readonly #devicePage: string;
  readonly #texts = new BoundedCache<string>(REMEMBERED_TEXTS);
  /** The same by identity: most grants carry one reason that lives as long as its policy. */
  readonly #ofReason: Readonly<Record<Language, WeakMap<Reason, string>>> = { en: new WeakMap(), sv: new WeakMap(), nl: new WeakMap() };

  constructor(view: Pick<AccessView, 'connector'>, baseUrl: string) {
    this.#view = view;
    this.#devicePage = devicePageBase(baseUrl);
  }

  /** @param wanted the language that the caller names; without one the user's own is used */
  write(answer: AccessAnswer, wanted: string | undefined): string {
    const { decision, reasons, obligations, reportOnly, deviceId } = answer;
    const language = pickLanguage(wanted, pickLanguage(answer.preferredLanguage));
    const head = decision ? '{"decision":true,"context":{"reasons":' : '{"decision":false,"context":{"reasons":';
    const duties = obligations.length === 0 ? '[]' : asciiJson(obligations);
    const reported = reportOnly.length === 0 ? '[]' : asciiJson(reportOnly);
    const page = deviceId === undefined ? '' : `,"remediation_url":"${this.#devicePage}${encodeURIComponent(deviceId)}"`;
    return `${head}${this.#reasons(reasons, language)},"obligations":${duties},"report_only":${reported}${page}}}`;
  }

  /** The reasons and everything that follows from them alone. */
  #reasons(reasons: readonly Reason[], language: Language): string {
    const [only] = reasons;
    if (only === undefined || reasons.length > 1 || only.connectorId !== undefined) return this.#byContent(reasons, language);
    let written = this.#ofReason[language].get(only);
    if (written === undefined) {
      written = this.#byContent(reasons, language);
      this.#ofReason[language].set(only, written);
    }
    return written;
  }

  #byContent(reasons: readonly Reason[], language: Language): string {
    const json = asciiJson(reasons);
    const appName = appNameOf(reasons, this.#view);
    // The partner's name may change while the reasons stay the same.
    const key = `${language}${appName ?? ''}\n${json}`;
    let written = this.#texts.get(key);
    if (written === undefined) {
      written = writeReasons(json, reasons, language, appName);
      this.#texts.set(key, written);
    }
    return written;
  }
}

/** The page where the person sees what is wrong, up to the device's id. */
export function devicePageBase(baseUrl: string): string {
  return `${baseUrl.replace(/\/+$/u, '')}/me/devices/`;
}

/** What people call the app of the partner that decided. */
export function appNameOf(reasons: readonly Reason[], view: Pick<AccessView, 'connector'>): string | undefined {
  for (const { connectorId } of reasons) {
    if (connectorId !== undefined) return view.connector(connectorId)?.displayName;
  }
  return undefined;
}

function writeReasons(json: string, reasons: readonly Reason[], language: Language, appName: string | undefined): string {
  const { title, text, nextStep } = explainForUser(reasons, language, { appName });
  const admin = asciiJson({ en: reasons.map(explainForAdmin).join(' ') });
  const user = asciiJson({ [language]: `${title}. ${text} ${nextStep}` });
  return `${json},"reason_admin":${admin},"reason_user":${user},"language":"${language}"`;
}

/** JSON in which every character is one byte, so that it goes out without being encoded again. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
