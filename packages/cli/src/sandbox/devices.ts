/** A phone that does not exist, by every key that a partner may know it by. */
export interface SandboxDevice {
  readonly name: string;
  readonly operatingSystem: 'Android' | 'iOS';
  readonly managedDeviceId: string;
  readonly entraDeviceId: string;
  readonly serialNumber: string;
  readonly imei: string;
  readonly udid: string;
  readonly easDeviceId: string;
}

/** The same in every sandbox, so that they can be made on the partner's side once. */
export const DEVICES: readonly SandboxDevice[] = [
  device('Ada', 'Android', 'a1'),
  device('Alan', 'iOS', 'a2'),
  device('Edsger', 'Android', 'a3'),
];

/** Never enrolled: reports about it wait. */
export const UNKNOWN_DEVICE: SandboxDevice = device('Nobody', 'Android', 'ff');

function device(owner: string, operatingSystem: SandboxDevice['operatingSystem'], number: string): SandboxDevice {
  return {
    name: `${owner}'s sandbox phone`,
    operatingSystem,
    managedDeviceId: `5a11b0c5-0000-4000-8000-0000000000${number}`,
    entraDeviceId: `5a11b0c5-0000-4000-9000-0000000000${number}`,
    serialNumber: `SANDBOX-${number.toUpperCase()}`,
    imei: withCheckDigit(`35000000000${String(Number.parseInt(number, 16)).padStart(3, '0')}`),
    udid: `00008030-0000000000005a${number}`,
    easDeviceId: `SANDBOX0000${number.toUpperCase()}`,
  };
}

/** An IMEI ends in a digit by Luhn's algorithm (3GPP TS 23.003, annex B). */
function withCheckDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const doubled = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

const KEYS = [
  'managedDeviceId',
  'entraDeviceId',
  'serialNumber',
  'imei',
  'udid',
  'easDeviceId',
] as const satisfies readonly (keyof SandboxDevice)[];

/** The keys as the partner API takes them. */
export function keysOf(one: SandboxDevice): Readonly<Record<string, string>> {
  return Object.fromEntries(KEYS.map((key) => [key, one[key]]));
}

/** The device that keys in a report name; compares as the hub does. */
export function deviceNamed(keys: Readonly<Record<string, string>>): SandboxDevice | undefined {
  return [...DEVICES, UNKNOWN_DEVICE].find((one) =>
    KEYS.some((key) => keys[key] !== undefined && folded(keys[key]) === folded(one[key])),
  );
}

function folded(key: string): string {
  return key.trim().toLowerCase().replaceAll(/[{}]/gu, '');
}
