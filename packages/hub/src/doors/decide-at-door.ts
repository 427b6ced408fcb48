import type { ReasonCode } from '@sallyport/core';
import { pickCatalogue } from '@sallyport/texts';
import type { AccessAnswer, AccessDecider, AccessQuestion } from '../view/ports.ts';
import { secondFactorMissing } from '../evidence/second-factor.ts';
import { activeSyncDeviceId, isActiveSync, SEVERAL_IDS } from './active-sync.ts';
import { normalHost, normalPath, ruleFor } from './application-of.ts';
import { doorText } from './door-message.ts';
import type { Door } from './door.ts';
import type { GatewayAnswer, GatewayRequest } from './gateways/gateway.ts';

export interface DoorContext {
  readonly decider: AccessDecider;
  readonly now: number;
  /** Public address of the pages of devices, with a closing slash. */
  readonly devicePage: string;
  /** Told why a certificate was not believed; not for the person. */
  readonly onInvalidCertificate: (problem: string) => void;
  /** Told of device ids in a certificate that no device here has, beside the one that was found. */
  readonly onUnknownIds: (ids: readonly string[], deviceId: string) => void;
}

/** What the door can say of the request, before anybody decides. */
type Evidence = { readonly question: AccessQuestion } | { readonly refused: AccessAnswer };

/** From what a gateway asks to what it is told. */
export function decideAtDoor(door: Door, request: GatewayRequest, context: DoorContext): GatewayAnswer {
  const path = normalPath(request.target);
  const answer = path === undefined ? refusal('application_unknown') : settle(door, request, path, context);
  return say(answer, door, request, context);
}

function settle(door: Door, request: GatewayRequest, path: string, context: DoorContext): AccessAnswer {
  const evidence = gather(door, request, path, context);
  if ('refused' in evidence) return evidence.refused;
  const { decider } = context;
  const easDeviceId = activeSyncDeviceId(path, request.target);
  if (easDeviceId === SEVERAL_IDS) return refusal('device_not_identified');
  const byActiveSync = deniedByActiveSync(evidence.question, easDeviceId, decider);
  const answer = byActiveSync ?? decider.decide(evidence.question);
  // A gateway of this kind cannot ask for a second factor and come back.
  if (answer.decision && answer.obligations.length > 0) return secondFactorMissing(answer);
  return mayStayOpen(answer, door) ? { ...answer, decision: true } : answer;
}

function gather(
  door: Door,
  request: GatewayRequest,
  path: string,
  { decider, now, onInvalidCertificate, onUnknownIds }: DoorContext,
): Evidence {
  const rule = ruleFor(door, normalHost(request.host), path);
  const application = rule?.application ?? door.defaultApplication;
  if (application === null) return { refused: refusal('application_unknown') };
  const question = {
    user: request.user ?? '',
    application,
    ip: request.ip,
    clientAppType: rule?.clientAppType ?? (isActiveSync(path) ? ('exchangeActiveSync' as const) : undefined),
  };
  const { certificate } = request;
  if (certificate.state === 'none') return withoutDevice(door, question);
  const check =
    certificate.state === 'invalid'
      ? { valid: false as const, problem: certificate.problem }
      : door.certificates().check(certificate.pem, now, decider.view);
  if (!check.valid) {
    onInvalidCertificate(check.problem);
    return { refused: refusal('device_certificate_invalid') };
  }
  if (check.unknown.length > 0) onUnknownIds(check.unknown, check.deviceId);
  const device = { grade: 'certificate' as const, value: check.deviceId };
  if (door.userFrom !== 'device') return { question: { ...question, device } };
  const id = decider.view.deviceId(device);
  if (id === undefined) return { refused: refusal('device_unknown') };
  const user = decider.view.facts(id)?.userId;
  return user === undefined
    ? { refused: { ...refusal('device_user_missing'), deviceId: id } }
    : { question: { ...question, user, device } };
}

/** Where the device says who the user is, no device means that there is nobody to decide about. */
function withoutDevice(door: Door, question: AccessQuestion): Evidence {
  return door.userFrom === 'device' ? { refused: refusal('device_not_identified') } : { question };
}

/**
 * The id that a mail client gives itself finds the device of a user who is known already; if that device is
 * refused, so is this request, with the same reasons. A grant found this way counts for nothing.
 */
function deniedByActiveSync(
  question: AccessQuestion,
  easDeviceId: string | undefined,
  decider: AccessDecider,
): AccessAnswer | undefined {
  if (easDeviceId === undefined) return undefined;
  const id = decider.view.deviceId({ grade: 'easDeviceId', value: easDeviceId });
  if (id === undefined || id === (question.device && decider.view.deviceId(question.device))) return undefined;
  // Only of the user's own device: what is wrong with another's is not theirs to read.
  const owner = decider.view.facts(id)?.userId;
  if (owner === undefined || owner !== decider.view.user(question.user)?.id) return undefined;
  const answer = decider.decide({ ...question, device: { grade: 'claim', value: id } });
  return answer.decision ? undefined : answer;
}

function mayStayOpen(answer: AccessAnswer, door: Door): boolean {
  return (
    door.failMode === 'open' &&
    !answer.decision &&
    answer.reasons.length > 0 &&
    answer.reasons.every(({ code }) => code === 'view_too_old')
  );
}

function refusal(code: ReasonCode): AccessAnswer {
  return { decision: false, reasons: [{ code }], obligations: [], reportOnly: [] };
}

function say(
  answer: AccessAnswer,
  door: Door,
  request: GatewayRequest,
  { decider, devicePage }: DoorContext,
): GatewayAnswer {
  const { decision, reasons, deviceId } = answer;
  const catalogue = pickCatalogue(
    request.acceptLanguage,
    pickCatalogue(answer.preferredLanguage, pickCatalogue(door.language)),
  );
  const user = answer.userId === undefined ? undefined : decider.view.user(answer.userId);
  const text = decision ? undefined : doorText(answer, catalogue, decider.view);
  return {
    granted: decision,
    reason: reasons[0]?.code ?? '',
    title: text?.title ?? '',
    message: (fits) => text?.message(fits) ?? [],
    language: catalogue.language,
    remediationUrl: deviceId === undefined || text?.isFinal === true ? '' : devicePage + encodeURIComponent(deviceId),
    user: user?.userPrincipalName ?? '',
    device: deviceId ?? '',
  };
}
