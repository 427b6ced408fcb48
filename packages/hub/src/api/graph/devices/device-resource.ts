import { HubError } from '@sallyport/contracts';
import { withDefaults } from '@sallyport/contracts/graph/defaults.ts';
import { isGuid } from '@sallyport/contracts/graph/edm-values.ts';
import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import { platformOf, readSystem, type SignalLimits } from '@sallyport/core';
import { isoTime } from '../../../platform/clock.ts';
import { STRICT, type DeviceRow, type PostureRow, type Readers, type Transaction } from '../../../store/store.ts';
import { isPossibleImei } from '../../../vendors/kit/device-keys.ts';
import { otherWithEntraId } from '../../../pipeline/settle-reenrolment.ts';
import { systemFacts } from '../../../documents/system-facts.ts';
import { requireText } from '../routes/documents.ts';
import type { GraphDependencies } from '../routes/route.ts';

/** What Graph answers where there is no grace period: the property cannot be null. */
const NO_GRACE = '9999-12-31T23:59:59.9999999Z';

/** Intune's way to say that a device is not registered in the directory. */
const ZERO_GUID = '00000000-0000-0000-0000-000000000000';

/** What tells whose a device is. */
interface Directory extends Pick<GraphDependencies, 'view'> {
  readonly store: Pick<Readers, 'documents'>;
}

/** A new device as it is stored: checked, complete, and in contact now unless it says otherwise. */
export async function newDevice(
  deps: GraphDependencies,
  id: string,
  parsed: GraphBody,
  at: number,
): Promise<GraphBody> {
  requireText(parsed, 'operatingSystem');
  const now = isoTime(at);
  requirePast(parsed, {}, at);
  const complete = withDefaults('managedDevice', {
    enrolledDateTime: now,
    lastSyncDateTime: now,
    ...parsed,
    ...ownerNamedAsInBeta(parsed, {}),
  });
  return settledDevice(deps, { ...complete, id, [STRICT]: true }, parsed, {});
}

/** What has happened, so that it cannot lie ahead. */
const HAPPENED = [
  'lastSyncDateTime',
  'enrolledDateTime',
  'easActivationDateTime',
  'exchangeLastSuccessfulSyncDateTime',
] as const;
/** Clocks differ a little. */
const MAX_AHEAD_MS = 5 * 60_000;

/**
 * A last contact in 2099 would make a device active for ever. It is refused and not counted as of now, since it says
 * only that a clock is wrong, and not that there was a contact. What is stored already may be sent back as it was read.
 */
export function requirePast(changes: GraphBody, before: GraphBody, now: number): void {
  for (const field of HAPPENED) {
    const at = changes[field];
    if (typeof at !== 'string' || at === before[field] || Date.parse(at) <= now + MAX_AHEAD_MS) continue;
    throw new HubError('invalid_request', `${field} ${at} is in the future: check the clock of the sender.`, { field });
  }
}

/**
 * Beta writes `ownerType` for v1.0's `managedDeviceOwnerType`. Who sends back all that was read, changed one of the two:
 * then the one that is new counts.
 */
export function ownerNamedAsInBeta({ ownerType, managedDeviceOwnerType }: GraphBody, before: GraphBody): GraphBody {
  const isSaid = managedDeviceOwnerType !== undefined && managedDeviceOwnerType !== before.managedDeviceOwnerType;
  return ownerType === undefined || isSaid ? {} : { managedDeviceOwnerType: ownerType };
}

/** A changed device as it is stored. `changes` are the parsed properties that the caller sent; `before` is what is stored. */
export async function settledDevice(
  deps: Directory,
  resource: GraphBody,
  changes: GraphBody,
  before: GraphBody,
): Promise<GraphBody> {
  requireText(resource, 'operatingSystem');
  if (changes.imei !== before.imei) requireImei(changes.imei);
  const withIds = {
    ...resource,
    azureADDeviceId: entraId(resource.azureADDeviceId),
    ...typeOf(changes),
    ...(gainsTime(before, changes) && { [STRICT]: true }),
  };
  return 'userId' in changes || 'userPrincipalName' in changes
    ? { ...withIds, ...(await userOf(deps, changes)) }
    : withIds;
}

/** A system that was understood gains no time by a name that was not understood before: its device is as good as registered now. */
function gainsTime(before: GraphBody, { operatingSystem }: GraphBody): boolean {
  if (
    typeof before.operatingSystem !== 'string' ||
    typeof operatingSystem !== 'string' ||
    !readSystem(before.operatingSystem).known
  )
    return false;
  const { systemUnknown, systemNewlyRead } = systemFacts(operatingSystem, false);
  return (
    systemUnknown === true ||
    (systemNewlyRead === true && systemFacts(before.operatingSystem, false).systemNewlyRead !== true)
  );
}

/** Partners' reports with such an IMEI are not matched by it, so the device would never be found by it. */
function requireImei(value: unknown): void {
  if (typeof value !== 'string' || isPossibleImei(value)) return;
  throw new HubError(
    'invalid_request',
    'imei is no IMEI: its check digit is wrong, so no report could ever match it. Correct it, or leave it out.',
    { field: 'imei' },
  );
}

function entraId(value: unknown): string | null {
  if (value === null || value === undefined || value === '' || value === ZERO_GUID) return null;
  if (!isGuid(value))
    throw new HubError('invalid_request', 'azureADDeviceId must be a GUID.', { field: 'azureADDeviceId' });
  return value.toLowerCase();
}

/** The primary user, named by id or by userPrincipalName (both must be the same); an empty name takes the user away. */
async function userOf({ view, store }: Directory, changes: GraphBody): Promise<GraphBody> {
  const named = (['userId', 'userPrincipalName'] as const).filter(
    (field) => changes[field] !== undefined && changes[field] !== null && changes[field] !== '',
  );
  if (named.length === 0) return { userId: null, userPrincipalName: null, userDisplayName: null, emailAddress: null };
  const users = named.map((field) => {
    const user = view.user(String(changes[field]));
    if (user === undefined)
      throw new HubError('invalid_request', `There is no user "${String(changes[field])}".`, { field });
    return user;
  });
  const [user, other] = users;
  if (user === undefined) throw new Error('A named user was not looked up.');
  if (other !== undefined && other.id !== user.id)
    throw new HubError('invalid_request', 'userId and userPrincipalName name different users.', {
      field: 'userPrincipalName',
    });
  const document = await store.documents.get('user', user.id);
  return {
    userId: user.id,
    userPrincipalName: user.userPrincipalName,
    userDisplayName: document?.body.displayName ?? null,
    emailAddress: changes.emailAddress ?? document?.body.mail ?? null,
  };
}

/** Beta's `deviceType`, from the operating system unless the caller knows better: its default would be a desktop. */
function typeOf({ operatingSystem, deviceType }: GraphBody): { deviceType?: string } {
  if (typeof operatingSystem !== 'string' || deviceType !== undefined) return {};
  switch (platformOf(operatingSystem)) {
    case 'android':
      return { deviceType: 'android' };
    case 'iOS':
      return { deviceType: /ipad/i.test(operatingSystem) ? 'iPad' : 'iPhone' };
    case 'macOS':
      return { deviceType: 'mac' };
    case 'windows':
      return { deviceType: 'desktop' };
    case 'linux':
      return { deviceType: 'linux' };
    case 'unknown':
      return { deviceType: 'unknown' };
  }
}

/**
 * No two devices may be the same device of the directory: a certificate would then speak for both. Of several records of one
 * phone that was enrolled again, the newest has the id.
 */
export async function requireUniqueEntraId(
  tx: Transaction,
  row: DeviceRow,
  before: DeviceRow | undefined,
  now: number,
  limits: SignalLimits,
): Promise<void> {
  const other = await otherWithEntraId(tx, row, before, now, limits);
  if (other !== undefined)
    throw new HubError('conflict', `The device ${other} has this azureADDeviceId already.`, {
      field: 'azureADDeviceId',
    });
}

/** A stored device with what is computed: its state, its grace period and beta's second names. */
export function presentDevice(row: DeviceRow, posture: PostureRow | undefined): GraphBody {
  const { resource } = row;
  const state = posture?.complianceState ?? 'unknown';
  const registered = typeof resource.azureADDeviceId === 'string';
  return {
    ...resource,
    id: row.id,
    complianceState: state === 'notApplicable' ? 'unknown' : state,
    complianceGracePeriodExpirationDateTime: posture?.graceUntil == null ? NO_GRACE : isoTime(posture.graceUntil),
    partnerReportedThreatState: posture?.mergedState ?? 'unknown',
    ownerType: resource.managedDeviceOwnerType === 'unknownFutureValue' ? 'unknown' : resource.managedDeviceOwnerType,
    azureActiveDirectoryDeviceId: resource.azureADDeviceId,
    azureADRegistered: resource.azureADRegistered ?? registered,
    aadRegistered: resource.azureADRegistered ?? registered,
  };
}
