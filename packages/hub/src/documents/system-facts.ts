import { readSystem, type DeviceFacts } from '@sallyport/core';

export type SystemFacts = Pick<
  DeviceFacts,
  'platform' | 'operatingSystem' | 'systemUnknown' | 'systemNewlyRead' | 'strict'
>;

/** What the name of a device's system says. Absent members are as good as false, and make most devices alike. */
export function systemFacts(operatingSystem: string, strict: boolean): SystemFacts {
  const { platform, known } = readSystem(operatingSystem);
  return {
    platform,
    operatingSystem,
    ...(!known && { systemUnknown: true }),
    ...(strict && { strict: true }),
    ...(!strict && platform !== 'unknown' && !wasRead(operatingSystem) && { systemNewlyRead: true }),
  };
}

/** Beginnings of the names that were understood before there was a table. */
const READ_BEFORE: readonly string[] = ['android', 'ios', 'ipados', 'mac', 'windows', 'linux', 'ubuntu'];

function wasRead(operatingSystem: string): boolean {
  const name = operatingSystem.toLowerCase();
  return READ_BEFORE.some((beginning) => name.startsWith(beginning));
}
