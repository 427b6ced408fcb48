import { explainForAdmin, explainForUser } from '@sallyport/core';
import type { Language, Reason } from '@sallyport/core';
import type { AccessAnswer, AccessView } from '../../pipeline/ports.ts';
import { BoundedCache } from './bounded-cache.ts';

const REMEMBERED_TEXTS = 5_000;

/**
 * Writes answers in AuthZEN's shape (Authorization API 1.0, section 6.2). The texts of a set of reasons are
 * written once and remembered: a fleet has many devices and few different reasons.
 */
export class AnswerWriter {
  readonly #view: Pick<AccessView, 'connector'>;
  readonly #devicePage: string;
  readonly #texts = new BoundedCache<string>(REMEMBERED_TEXTS);

  constructor(view: Pick<AccessView, 'connector'>, baseUrl: string) {
    this.#view = view;
    this.#devicePage = devicePageBase(baseUrl);
  }

  write(answer: AccessAnswer, language: Language): string {
    const { decision, reasons, obligations, reportOnly, deviceId } = answer;
    const head = decision ? '{"decision":true,"context":{"reasons":' : '{"decision":false,"context":{"reasons":';
    const duties = obligations.length === 0 ? '[]' : JSON.stringify(obligations);
    const reported = reportOnly.length === 0 ? '[]' : JSON.stringify(reportOnly);
    const page = deviceId === undefined ? '' : `,"remediation_url":${JSON.stringify(this.#devicePage + encodeURIComponent(deviceId))}`;
    return `${head}${this.#reasons(reasons, language)},"obligations":${duties},"report_only":${reported}${page}}}`;
  }

  /** The reasons and everything that follows from them alone. */
  #reasons(reasons: readonly Reason[], language: Language): string {
    const json = JSON.stringify(reasons);
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
  const admin = JSON.stringify({ en: reasons.map(explainForAdmin).join(' ') });
  const user = JSON.stringify({ [language]: `${title}. ${text} ${nextStep}` });
  return `${json},"reason_admin":${admin},"reason_user":${user},"language":"${language}"`;
}
