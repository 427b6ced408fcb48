import type { Connector, Language, OpenFinding, Reason } from '@sallyport/core';
import type { AccessAnswer } from '../../pipeline/ports.ts';
import type { HintsView } from './user-hints.ts';

interface Remembered {
  readonly reasons: readonly Reason[];
  readonly language: Language;
  readonly connector: Connector | undefined;
  /** Of the connector about the device. */
  readonly findings: readonly OpenFinding[] | undefined;
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

  /** `write` is called when reasons, language, connector or its findings are not those of the last time. */
  get(answer: AccessAnswer, language: Language, write: (answer: AccessAnswer, language: Language) => string): string {
    const { reasons, deviceId } = answer;
    const last = reasons.at(-1);
    if (last === undefined) return write(answer, language);
    const connectorId = firstConnector(reasons);
    const connector = connectorId === undefined ? undefined : this.#view.connector(connectorId);
    const posture = connector === undefined || deviceId === undefined ? undefined : this.#view.posture(deviceId);
    const findings = posture?.views.find((view) => view.connectorId === connectorId)?.openFindings;
    const known = this.#last.get(last);
    if (known?.language === language && known.connector === connector && known.findings === findings && sameReasons(known.reasons, reasons)) return known.written;
    const written = write(answer, language);
    this.#last.set(last, { reasons, language, connector, findings, written });
    return written;
  }
}

function firstConnector(reasons: readonly Reason[]): string | undefined {
  for (const { connectorId } of reasons) if (connectorId !== undefined) return connectorId;
  return undefined;
}

function sameReasons(a: readonly Reason[], b: readonly Reason[]): boolean {
  return a.length === b.length && a.every((reason, i) => sameReason(reason, b[i] as Reason));
}

const FIELDS = ['code', 'policyId', 'policyName', 'rule', 'connectorId', 'disagreeing', 'findingIds', 'required', 'actual', 'until'] as const satisfies readonly (keyof Reason)[];

/** Lists count as the same only when they are the same object. */
function sameReason(a: Reason, b: Reason): boolean {
  return a === b || FIELDS.every((field) => a[field] === b[field]);
}
