import { HubError, ERRORS, invalidField } from '@sallyport/contracts';
import type { ReasonCode } from '@sallyport/core';
import type { AccessAnswer, AccessDecider, DeviceClaim } from '../../pipeline/ports.ts';
import type { Clock } from '../../platform/clock.ts';
import { parseJsonBody } from '../json-body.ts';
import { AnswerWriter } from './answer.ts';
import type { DeviceCertificates } from './device-certificate.ts';
import { object, parseEvaluation } from './question.ts';
import type { Evaluation, JsonObject } from './question.ts';
import { QuestionShapes } from './question-shapes.ts';

export interface EvaluatorOptions {
  readonly decider: AccessDecider;
  readonly clock: Clock;
  /** Public address of the hub, without a path. */
  readonly baseUrl: string;
  /** The device CAs that are trusted now. */
  readonly certificates: () => DeviceCertificates;
}

const MOST_EVALUATIONS = 1_000;

/** Parsed AuthZEN requests in, AuthZEN answers out as JSON text; the transport is somebody else's. */
export class Evaluator {
  readonly #options: EvaluatorOptions;
  readonly #writer: AnswerWriter;
  readonly #shapes = new QuestionShapes();

  constructor(options: EvaluatorOptions) {
    this.#options = options;
    this.#writer = new AnswerWriter(options.decider.view, options.baseUrl);
  }

  /**
   * One Access Evaluation (section 6).
   * @param body the parsed JSON; `undefined` when there was none
   * @throws HubError `invalid_request` that names the field
   */
  evaluate(body: unknown): string {
    return this.#answerOne(requestOf(body));
  }

  /**
   * The same from the bytes of the body.
   * @throws HubError `invalid_json` or `invalid_request`
   */
  evaluateBytes(body: Buffer): string {
    const text = body.toString('latin1');
    let evaluation = this.#shapes.read(text);
    if (evaluation === undefined) {
      evaluation = parseEvaluation(requestOf(parseJsonBody(body)));
      this.#shapes.learn(text, evaluation);
    }
    return this.#answer(evaluation);
  }

  /**
   * Access Evaluations (section 7). Without `evaluations`, or with none in it, this is one evaluation.
   * @throws HubError `invalid_request`; an item that is wrong is a deny in its place instead
   */
  evaluateAll(body: unknown): string {
    const request = requestOf(body);
    const { evaluations } = request;
    if (evaluations === undefined || evaluations === null) return this.#answerOne(request);
    if (!Array.isArray(evaluations)) throw invalidField('evaluations', 'must be an array');
    if (evaluations.length > MOST_EVALUATIONS) throw invalidField('evaluations', `holds ${evaluations.length} items; ${MOST_EVALUATIONS} are allowed`);
    const stopAt = stopAfter(request['options']);
    for (const name of DEFAULTS) if (request[name] !== undefined && request[name] !== null) object(request[name], name);
    return evaluations.length === 0 ? this.#answerOne(request) : `{"evaluations":[${this.#items(evaluations, request, stopAt).join(',')}]}`;
  }

  #items(evaluations: readonly unknown[], defaults: JsonObject, stopAt: boolean | undefined): string[] {
    const answers: string[] = [];
    for (const [index, item] of evaluations.entries()) {
      const { decision, json } = this.#item(item, index, defaults);
      answers.push(json);
      if (decision === stopAt) break;
    }
    return answers;
  }

  #item(item: unknown, index: number, defaults: JsonObject): { readonly decision: boolean; readonly json: string } {
    try {
      const evaluation = parseEvaluation(object(item, `evaluations[${index}]`), defaults);
      const answer = this.#decide(evaluation);
      return { decision: answer.decision, json: this.#writer.write(answer, evaluation.language) };
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return { decision: false, json: JSON.stringify({ decision: false, context: { error: errorOf(error) } }) };
    }
  }

  #answerOne(request: JsonObject): string {
    return this.#answer(parseEvaluation(request));
  }

  #answer(evaluation: Evaluation): string {
    return this.#writer.write(this.#decide(evaluation), evaluation.language);
  }

  #decide(evaluation: Evaluation): AccessAnswer {
    if (!evaluation.resourceIsApplication) return denied('resource_type_unsupported', 'resource.type');
    if (!evaluation.subjectIsUser) return denied('user_unknown', 'subject.type');
    const { certificate, question } = evaluation;
    return certificate === undefined ? this.#options.decider.decide(question) : this.#decideByCertificate(evaluation, certificate);
  }

  #decideByCertificate({ question, deviceId }: Evaluation, certificate: string): AccessAnswer {
    const { decider, certificates, clock } = this.#options;
    const check = certificates().check(certificate, clock.now());
    const invalid = { ...question, device: undefined, certificateInvalid: true };
    if (!check.valid) return decider.decide(invalid);
    const device: DeviceClaim = { grade: 'certificate', value: check.deviceId };
    // A claim beside the certificate must mean the same device, else one of the two is borrowed.
    const claimed = deviceId === undefined ? undefined : decider.view.deviceId({ grade: 'claim', value: deviceId });
    if (deviceId !== undefined && claimed !== decider.view.deviceId(device)) return decider.decide(invalid);
    return decider.decide({ ...question, device });
  }
}

const DEFAULTS: readonly string[] = ['subject', 'action', 'resource', 'context'];

/** The decision after which an evaluations request is cut; `undefined`: none. */
function stopAfter(options: unknown): boolean | undefined {
  if (options === undefined || options === null) return undefined;
  const semantic = object(options, 'options')['evaluations_semantic'];
  switch (semantic) {
    case undefined: case null: case 'execute_all': return undefined;
    case 'deny_on_first_deny': return false;
    case 'permit_on_first_permit': return true;
    default: throw invalidField('options.evaluations_semantic', 'must be execute_all, deny_on_first_deny or permit_on_first_permit');
  }
}

function denied(code: ReasonCode, rule: string): AccessAnswer {
  return { decision: false, reasons: [{ code, rule }], obligations: [], reportOnly: [] };
}

function requestOf(body: unknown): JsonObject {
  if (body === undefined) throw new HubError('invalid_request', 'The body is empty; send a JSON object with subject, action and resource.');
  return object(body, 'The body');
}

function errorOf(error: HubError): { status: number; message: string; field?: string | undefined } {
  return { status: ERRORS[error.code].status, message: error.message, field: error.details.field };
}
