import { KNOWN_PARTNERS } from '@sallyport/contracts/graph/partners.ts';
import type {
  ApplicationResource,
  ConnectorResource,
  DeviceResource,
  GroupResource,
  HubClient,
  UserResource,
} from '@sallyport/contracts/client/index.ts';
import { didYouMean } from '../../frame/did-you-mean.ts';
import { isGuid, literal, segment, withQuery } from './odata.ts';

/** What people call things by, made into what the hub calls them by. */

export const USERS = '/v1.0/users';
export const GROUPS = '/v1.0/groups';
export const DEVICES = '/v1.0/deviceManagement/managedDevices';
export const CONNECTORS = '/beta/deviceManagement/mobileThreatDefenseConnectors';
export const APPLICATIONS = '/v1.0/applications';

/** By id, user principal name or mail. */
export async function findUser(hub: HubClient, name: string): Promise<UserResource> {
  const direct = await hub.find<UserResource>(`${USERS}/${segment(name)}`);
  if (direct !== undefined || isGuid(name)) return found(direct, 'user', name);
  return one(
    await hub.all<UserResource>(withQuery(USERS, { $filter: `mail eq ${literal(name)}` }), 5),
    'user',
    name,
    (user) => user.userPrincipalName,
  );
}

/** By id or display name. */
export async function findGroup(hub: HubClient, name: string): Promise<GroupResource> {
  if (isGuid(name)) return found(await hub.find<GroupResource>(`${GROUPS}/${segment(name)}`), 'group', name);
  return one(
    await hub.all<GroupResource>(withQuery(GROUPS, { $filter: `displayName eq ${literal(name)}` }), 5),
    'group',
    name,
    ({ id }) => id,
  );
}

/** By id, Entra device id, name or serial number. */
export async function findDevice(hub: HubClient, name: string): Promise<DeviceResource> {
  if (isGuid(name)) {
    const direct = await hub.find<DeviceResource>(`${DEVICES}/${segment(name)}`);
    if (direct !== undefined) return direct;
  }
  const properties = isGuid(name) ? ['azureADDeviceId'] : ['deviceName', 'serialNumber'];
  for (const property of properties) {
    const devices = await hub.all<DeviceResource>(
      withQuery(DEVICES, { $filter: `${property} eq ${literal(name)}` }),
      5,
    );
    if (devices.length > 0) return one(devices, 'device', name, ({ id }) => id);
  }
  return found<DeviceResource>(undefined, 'device', name);
}

/** By object id, client id or display name. */
export async function findApplication(hub: HubClient, name: string): Promise<ApplicationResource> {
  const applications = await hub.all<ApplicationResource>(APPLICATIONS);
  const lower = name.toLowerCase();
  const byId = applications.find(({ id, appId }) => id.toLowerCase() === lower || appId.toLowerCase() === lower);
  return (
    byId ??
    one(
      applications.filter(({ displayName }) => displayName.toLowerCase() === lower),
      'client',
      name,
      ({ appId }) => appId,
    )
  );
}

/** The id of a connector by itself, or by the short name of a known partner such as `lookout`. */
export function connectorIdOf(name: string): string {
  const lower = name.toLowerCase();
  if (isGuid(name)) return lower;
  const partner = KNOWN_PARTNERS.find((known) => known.key === lower || known.name.toLowerCase() === lower);
  if (partner === undefined)
    throw new Error(
      `There is no known partner "${name}".${didYouMean(
        lower,
        KNOWN_PARTNERS.map(({ key }) => key),
      )} Give the connector's id, or one of ${KNOWN_PARTNERS.map(({ key }) => key).join(', ')}. For any other partner take a GUID of your own, once, with a name: sallyport connector set GUID --name NAME`,
    );
  if (partner.connectorId === null)
    throw new Error(`No well-known id is published for ${partner.name}; give the id of the connector yourself.`);
  return partner.connectorId;
}

/** The id of a connector by the name that it has at this hub, too, whether or not there is one yet. */
export async function connectorIdHere(hub: HubClient, name: string): Promise<string> {
  return (await connectorNamed(hub, name))?.id ?? connectorIdOf(name);
}

async function connectorNamed(hub: HubClient, name: string): Promise<ConnectorResource | undefined> {
  if (isGuid(name)) return undefined;
  const lower = name.toLowerCase();
  return (await hub.all<ConnectorResource>(CONNECTORS)).find(
    (connector) => connector.partnerDisplayName?.toLowerCase() === lower,
  );
}

/** Also by the display name that it has at this hub. */
export async function findConnector(hub: HubClient, name: string): Promise<ConnectorResource> {
  const own = await connectorNamed(hub, name);
  if (own !== undefined) return own;
  const id = connectorIdOf(name);
  const connector = await hub.find<ConnectorResource>(`${CONNECTORS}/${id}`);
  if (connector === undefined)
    throw new Error(
      `There is no connector ${name} here yet. Make it with: sallyport connector set ${name} --android on`,
    );
  return connector;
}

function found<T>(thing: T | undefined, kind: string, name: string): T {
  if (thing === undefined) throw new Error(`There is no ${kind} "${name}".`);
  return thing;
}

function one<T>(things: readonly T[], kind: string, name: string, tell: (thing: T) => string): T {
  const [first, ...more] = things;
  if (more.length > 0)
    throw new Error(
      `"${name}" is the name of ${things.length} ${kind}s: ${things.map(tell).join(', ')}. Name one of them by id.`,
    );
  return found(first, kind, name);
}
