/** A device id as a certificate names it: a GUID in lower case without braces. */
export interface NamedDevice {
  readonly id: string;
  readonly directory: Directory;
}

/** Whose id it is. Of `intune` a device has one; the other forms carry whichever id the administrator chose. */
export type Directory = 'intune' | 'any';

const HEX = '[0-9a-f]';
const HYPHENATED = `${HEX}{8}(?:-${HEX}{4}){3}-${HEX}{12}`;
/** As .NET's Guid.ToString writes it: D, B, P and N. */
const GUID = `(${HYPHENATED}|\\{${HYPHENATED}\\}|\\(${HYPHENATED}\\)|${HEX}{32})`;

/**
 * Every form in which a device id counts, in a common name or a name of the subject alternative name. Text in no form
 * of this table (a person's name, a mail address, a SID, another URI) is no device id. docs/device-certificates.md has
 * the same table with examples.
 */
const FORMS: readonly { readonly pattern: RegExp; readonly directory: Directory }[] = [
  // CN={{DeviceId}} and CN={{AAD_Device_ID}} of Intune's SCEP and PKCS profiles, CN of Entra's and Intune's own device
  // certificates; host/{{AAD_Device_ID}} where a RADIUS server expects a computer's name.
  { pattern: form(`(?:host/)?${GUID}`), directory: 'any' },
  // Microsoft's form for network access control, "NAC integration with Intune"; others write AADDeviceId:// likewise.
  { pattern: form(`intunedeviceid://${GUID}/?`), directory: 'intune' },
  { pattern: form(`[a-z]{0,30}deviceid://${GUID}/?`), directory: 'any' },
  // Cisco ISE, "Integrate Microsoft Endpoint Manager Intune": ID:{vendor}:GUID:{id}.
  {
    pattern: form(`(?:uri:)?id:(?:microsoft endpoint manager|microsoft intune|intune):guid:${GUID}`),
    directory: 'intune',
  },
  { pattern: form(`(?:uri:)?id:[^:]{1,100}:guid:${GUID}`), directory: 'any' },
  // RFC 9562 section 4, and names below it such as our own urn:sallyport:device:{id}.
  { pattern: form(`urn:uuid:${GUID}`), directory: 'any' },
  { pattern: form(`urn:[^?#]{1,100}:device(?:id)?:${GUID}`), directory: 'any' },
  // https://mdm.example.com/devices/{id}, spiffe://example.com/device/{id}.
  { pattern: form(`[a-z][a-z0-9+.-]{0,30}://[^?#]{1,300}/devices?/${GUID}/?`), directory: 'any' },
];

function form(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`, 'iu');
}

const LONGEST = 1_024;

/** The device id in a name of a certificate; `undefined` for text in none of the forms. */
export function deviceNamedBy(name: string): NamedDevice | undefined {
  const text = unescaped(name.trim());
  if (text.length > LONGEST) return undefined;
  for (const { pattern, directory } of FORMS) {
    const guid = pattern.exec(text)?.[1];
    if (guid !== undefined) return { id: canonical(guid), directory };
  }
  return undefined;
}

/** Spaces and braces stand escaped in a URI that was written by the letter (RFC 3986 section 2.1). */
function unescaped(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function canonical(guid: string): string {
  const hex = guid.replace(/[^0-9a-f]/giu, '').toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Which device is meant, or what is wrong with the names. */
export type MeantDevice =
  | { readonly deviceId: string; readonly unknown: readonly string[] }
  | { readonly problem: string };

/**
 * Compares devices and not texts: the Intune id and the Entra id of one phone agree.
 *
 * - Names of two known devices, or two Intune ids of which one is not known, mean nobody: one of them is borrowed.
 * - An id that is not known beside one that is known is answered in `unknown`, for a warning.
 * - Where none is known, `deviceId` is the first of them, which no device has.
 *
 * @param names at least one
 * - Records of one phone that was enrolled again are one device; the superseded one is meant, which is at the worse of both.
 *
 * @param find answers the managed device id of the device with an id, or `undefined`
 * @param successorOf answers the record that superseded a device, or `undefined`
 */
export function meantDevice(
  names: readonly NamedDevice[],
  find: (id: string) => string | undefined,
  successorOf: (deviceId: string) => string | undefined = () => undefined,
): MeantDevice {
  const known = new Set<string>();
  const unknown: NamedDevice[] = [];
  for (const name of names) {
    const device = find(name.id);
    if (device === undefined) unknown.push(name);
    else known.add(device);
  }
  if (new Set([...known].map((id) => successorOf(id) ?? id)).size > 1)
    return { problem: 'the certificate names two devices' };
  const [first = (names[0] as NamedDevice).id] = known;
  const deviceId = [...known].find((id) => successorOf(id) !== undefined) ?? first;
  if (unknown.some(({ directory }) => directory === 'intune') && intuneIds(names) > 1)
    return { problem: 'the certificate holds two Intune device ids, which a device never has' };
  return {
    deviceId,
    unknown: known.size === 0 || unknown.length === 0 ? NONE : [...new Set(unknown.map(({ id }) => id))],
  };
}

const NONE: readonly string[] = [];

function intuneIds(names: readonly NamedDevice[]): number {
  return new Set(names.filter(({ directory }) => directory === 'intune').map(({ id }) => id)).size;
}
