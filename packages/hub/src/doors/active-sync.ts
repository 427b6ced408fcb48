/** The request names more than one device id: which of them the mail server takes is not known here. */
export const SEVERAL_IDS = Symbol('several ActiveSync device ids');

/**
 * The device id that an ActiveSync client gives itself (MS-ASHTTP 2.2.1.1.1), from the plain query
 * (`DeviceId=`) or the base64 one of protocol 12.1 and later. `undefined` when the target is no ActiveSync
 * request or names no device, as OPTIONS does.
 *
 * The client chooses this id freely. It may help to find a device and deny, never to grant.
 *
 * @param path from `normalPath`
 * @param target the raw request target with its query
 */
export function activeSyncDeviceId(path: string, target: string): string | typeof SEVERAL_IDS | undefined {
  if (!isActiveSync(path)) return undefined;
  const at = target.indexOf('?');
  const query = at < 0 ? '' : target.slice(at + 1);
  if (query === '') return undefined;
  const plain = plainDeviceId(query);
  if (plain === undefined) return encodedDeviceId(query);
  // Both forms at once: a mail server that reads the other one sees another device.
  return query.split('&').some((part) => encodedDeviceId(part) !== undefined) ? SEVERAL_IDS : plain;
}

export function isActiveSync(path: string): boolean {
  return path === '/microsoft-server-activesync' || path.startsWith('/microsoft-server-activesync/');
}

/** In whatever letter case, empty or not: two are two. */
function plainDeviceId(query: string): string | typeof SEVERAL_IDS | undefined {
  const ids = [...new URLSearchParams(query)]
    .filter(([name]) => name.toLowerCase() === 'deviceid')
    .map(([, value]) => value);
  return ids.length > 1 ? SEVERAL_IDS : ids[0] || undefined;
}

/** Version, command, locale (2), then a length and the device id. */
const ID_LENGTH_AT = 4;
const LONGEST_ID = 32;

function encodedDeviceId(query: string): string | undefined {
  // Some clients escape the base64 (%2B, %3D), some do not; none means a space by "+".
  const base64 = query.replace(/%([0-9a-f]{2})/giu, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  if (!/^[A-Za-z0-9+/]+={0,2}$/u.test(base64)) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  const length = bytes[ID_LENGTH_AT] ?? 0;
  const id = bytes.subarray(ID_LENGTH_AT + 1, ID_LENGTH_AT + 1 + length);
  if (length === 0 || length > LONGEST_ID || id.length !== length) return undefined;
  // A binary id is written in hexadecimal, as mail servers and device managements show it.
  return id.every((byte) => byte > 0x20 && byte < 0x7f) ? id.toString('latin1') : id.toString('hex').toUpperCase();
}
