import { HubError, ERRORS, invalidField } from '@sallyport/contracts';
import type { ReasonCode } from '@sallyport/core';
import type { AccessAnswer, AccessDecider, DeviceClaim } from '../../view/ports.ts';
import type { Clock } from '../../platform/clock.ts';
import type { AskingClient } from '../../http/route-access.ts';
import { parseJsonBody } from '../../http/json-body.ts';
import { AnswerWriter } from './answer.ts';
import { secondFactorMissing } from '../../evidence/second-factor.ts';
import { STEP_UP } from './obligations.ts';
import { object, parseEvaluation } from './question.ts';
import type { Evaluation, Hint, JsonObject } from './question.ts';
import { QuestionShapes } from './question-shapes.ts';
import type { TrustSets } from '../../evidence/trust-sets.ts';

export interface EvaluatorOptions {
  readonly decider: AccessDecider;
  readonly clock: Clock;
  /** Public address of the hub, without a path. */
  readonly baseUrl: string;
  /** Whose CAs vouch for the device certificates that a client hands on. */
  readonly trustSets: Pick<TrustSets, 'get'>;
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
  evaluate(body: unknown, client: AskingClient): string {
    return this.#answer(parseEvaluation(requestOf(body)), client);
  }

  /**
   * The same from the bytes of the body.
   * @throws HubError `invalid_json` or `invalid_request`
   */
  evaluateBytes(body: Buffer, client: AskingClient): string {
    const text = body.toString('latin1');
    let evaluation = this.#shapes.read(text);
    if (evaluation === undefined) {
      evaluation = parseEvaluation(requestOf(parseJsonBody(body)));
      this.#shapes.learn(text, evaluation);
    }
    return this.#answer(evaluation, client);
  }

  /**
   * Access Evaluations (section 7). Without `evaluations`, or with none in it, this is one evaluation.
   * @throws HubError `invalid_request`; an item that is wrong is a deny in its place instead
   */
  evaluateAll(body: unknown, client: AskingClient): string {
    const request = requestOf(body);
    const { evaluations } = request;
    if (evaluations === undefined || evaluations === null) return this.evaluate(request, client);
    if (!Array.isArray(evaluations)) throw invalidField('evaluations', 'must be an array');
    if (evaluations.length > MOST_EVALUATIONS)
      throw invalidField('evaluations', `holds ${evaluations.length} items; ${MOST_EVALUATIONS} are allowed`);
    const stopAt = stopAfter(request['options']);
    for (const name of DEFAULTS) if (request[name] !== undefined && request[name] !== null) object(request[name], name);
    return evaluations.length === 0
      ? this.evaluate(request, client)
      : `{"evaluations":[${this.#items(evaluations, request, stopAt, client).join(',')}]}`;
  }

  #items(
    evaluations: readonly unknown[],
    defaults: JsonObject,
    stopAt: boolean | undefined,
    client: AskingClient,
  ): string[] {
    const answers: string[] = [];
    for (const [index, item] of evaluations.entries()) {
      const { decision, json } = this.#item(item, index, defaults, client);
      answers.push(json);
      if (decision === stopAt) break;
    }
    return answers;
  }

  #item(
    item: unknown,
    index: number,
    defaults: JsonObject,
    client: AskingClient,
  ): { readonly decision: boolean; readonly json: string } {
    try {
      const evaluation = this.#identified(parseEvaluation(object(item, `evaluations[${index}]`), defaults), client);
      const answer = this.#decide(evaluation, client);
      return { decision: answer.decision, json: this.#writer.write(answer, evaluation) };
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return { decision: false, json: JSON.stringify({ decision: false, context: { error: errorOf(error) } }) };
    }
  }

  #answer(asked: Evaluation, client: AskingClient): string {
    const evaluation = asked.certificate === undefined ? asked : this.#identified(asked, client);
    return this.#writer.write(this.#decide(evaluation, client), evaluation);
  }

  #decide(
    { question, hints, stepsUp, resourceIsApplication, subjectIsUser }: Evaluation,
    client: AskingClient,
  ): AccessAnswer {
    if (hints.length > 0 && client.strictContext) refuseContext(hints);
    if (!resourceIsApplication) return denied('resource_type_unsupported', 'resource.type');
    if (!subjectIsUser) return denied('user_unknown', 'subject.type');
    const answer = this.#options.decider.decide(question);
    const isOwed = answer.decision && answer.obligations.length > 0 && !stepsUp && !client.obligations.has(STEP_UP);
    return isOwed ? secondFactorMissing(answer) : answer;
  }

  /** With the device that the certificate means in place of the certificate. */
  #identified(evaluation: Evaluation, client: AskingClient): Evaluation {
    const { certificate, deviceId, question, hints } = evaluation;
    if (certificate === undefined) return evaluation;
    const { decider, trustSets, clock } = this.#options;
    const check = trustSets.get(client.trustSet).check(certificate, clock.now(), decider.view);
    const refused = (message: string): Evaluation => ({
      ...evaluation,
      question: { ...question, device: undefined, certificateInvalid: true },
      hints: [...hints, { field: CERTIFICATE, message }],
    });
    if (!check.valid)
      return refused(
        client.trustSet === null
          ? 'counts for nothing, since this client is registered without a trust set (deviceTrustSet)'
          : `is not believed: ${check.problem}`,
      );
    const device: DeviceClaim = { grade: 'certificate', value: check.deviceId };
    // A claim beside the certificate must mean the same device, else one of the two is borrowed.
    const claimed = deviceId === undefined ? undefined : decider.view.deviceId({ grade: 'claim', value: deviceId });
    if (deviceId !== undefined && claimed !== decider.view.deviceId(device))
      return refused('names another device than subject.properties.device_id');
    const beside = check.unknown.map(
      (id): Hint => ({ field: CERTIFICATE, message: `also names ${id}, which is no device known here` }),
    );
    return { ...evaluation, question: { ...question, device }, hints: [...hints, ...beside] };
  }
}

const CERTIFICATE = 'subject.properties.certificate';

/** Of what the caller wrote into `context`; what is said of its certificate is no mistake of its request. */
function refuseContext(hints: readonly Hint[]): void {
  const wrong = hints.find(({ field }) => field !== CERTIFICATE);
  if (wrong !== undefined) throw invalidField(wrong.field, wrong.message);
}

const DEFAULTS: readonly string[] = ['subject', 'action', 'resource', 'context'];

/** The decision after which an evaluations request is cut; `undefined`: none. */
function stopAfter(options: unknown): boolean | undefined {
  if (options === undefined || options === null) return undefined;
  const semantic = object(options, 'options')['evaluations_semantic'];
  switch (semantic) {
    case undefined:
    case null:
    case 'execute_all':
      return undefined;
    case 'deny_on_first_deny':
      return false;
    case 'permit_on_first_permit':
      return true;
    default:
      throw invalidField(
        'options.evaluations_semantic',
        'must be execute_all, deny_on_first_deny or permit_on_first_permit',
      );
  }
}

function denied(code: ReasonCode, rule: string): AccessAnswer {
  return { decision: false, reasons: [{ code, rule }], obligations: [], reportOnly: [] };
}

function requestOf(body: unknown): JsonObject {
  if (body === undefined)
    throw new HubError('invalid_request', 'The body is empty; send a JSON object with subject, action and resource.');
  return object(body, 'The body');
}

function errorOf(error: HubError): { status: number; message: string; field?: string | undefined } {
  return { status: ERRORS[error.code].status, message: error.message, field: error.details.field };
}
