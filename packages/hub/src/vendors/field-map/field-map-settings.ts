import type { DeviceKeyType } from '@sallyport/core';
import { LEVELS, THREAT_STATES } from '@sallyport/core';
import { z } from 'zod';
import { parsePath } from './json-path.ts';
import { TIME_FORMATS } from './read-time.ts';

/**
 * What an administrator writes to say where in a record our fields stand and what its words mean. Kept as it was
 * written; `compileFieldMap` makes it ready for use.
 */

/** Names of device keys in a map: ours, and `mdmDeviceId` where the vendor does not say which of the two ids it is. */
export const KEY_NAMES = [
  'managedDeviceId',
  'entraDeviceId',
  'mdmDeviceId',
  'serialNumber',
  'imei',
  'udid',
  'easDeviceId',
  'vendorDeviceId',
  'email',
] as const satisfies readonly (DeviceKeyType | 'mdmDeviceId')[];

/** As in the partner API, and `ignore`: the word is known and says nothing about the device. */
export const STATE_WORDS = [
  ...LEVELS,
  ...THREAT_STATES.filter((state) => state !== 'secured' && state !== 'unknown'),
  'ignore',
] as const;
/** `none`: shown, and never raises a level. */
export const SEVERITY_WORDS = [...LEVELS, 'none'] as const;
export const FINDING_STATE_WORDS = ['open', 'resolved'] as const;

const MAX_WORDS = 200;

const onePath = path(false).describe('A JSON path such as $.device.id');
const anyPath = path(true).describe('A JSON path such as $.devices[*].id');
const PATHS = { error: 'must be a JSON path such as $.device.id, or a list of them' } as const;
/** Several are tried in turn; the first at which something stands counts. */
const paths = z.union([onePath, z.array(onePath).min(1).max(8)], PATHS);
/** All that is found counts. */
const allPaths = z.union([anyPath, z.array(anyPath).min(1).max(8)], PATHS);

export type Paths = z.infer<typeof paths>;

const time = z.strictObject({
  path: paths,
  format: z
    .enum(TIME_FORMATS)
    .default('iso')
    .describe(
      'How the time is written: iso or cef (with its time zone), isoUtc or cefUtc (in UTC where it has none), epochSeconds or epochMilliseconds.',
    ),
});

function meaning<const W extends readonly string[]>(targets: W) {
  return z
    .strictObject({
      path: paths,
      words: z
        .record(z.string().trim().min(1).max(100), z.enum(targets))
        .optional()
        .describe(
          'Word of the vendor, in any letter case, and what it means. Without this and numbers, the words are taken to be ours.',
        ),
      numbers: z
        .array(z.strictObject({ from: z.number(), is: z.enum(targets) }))
        .min(1)
        .max(20)
        .optional()
        .describe('What a number means: the entry with the highest "from" that it reaches counts.'),
    })
    .superRefine(({ words = {} }, context) => {
      const given = Object.keys(words);
      if (given.length > MAX_WORDS)
        context.addIssue({ code: 'custom', path: ['words'], message: `must have at most ${MAX_WORDS} words` });
      for (const [i, one] of given.entries()) {
        if (given.findIndex((other) => other.toUpperCase() === one.toUpperCase()) < i)
          context.addIssue({
            code: 'custom',
            path: ['words', one],
            message: 'is there more than once, in different letter case',
          });
      }
    });
}

const KEY_HELP: Readonly<Record<(typeof KEY_NAMES)[number], string>> = {
  managedDeviceId: 'The id that the device management gave the device (id of the managedDevice in Microsoft Graph).',
  entraDeviceId: 'The id of the device in Microsoft Entra (azureADDeviceId in Microsoft Graph).',
  mdmDeviceId:
    'An id of the device management, where the vendor does not say which: a GUID is tried as managedDeviceId and as entraDeviceId, a UDID as udid.',
  serialNumber: 'The serial number that the maker gave the device.',
  imei: 'The number of the radio, 14 to 16 digits; several of one device may stand in a list.',
  udid: "Apple's unique id of the device.",
  easDeviceId: 'The id of the device in Exchange ActiveSync.',
  vendorDeviceId:
    "The vendor's own id. It is learnt with the first record that has another key too, or assigned by hand; from then on it is enough.",
  email:
    'The address of the user. It tells several devices apart; alone it counts only where the connector allows matchDevicesByEmail and the user has one device.',
};

const deviceKeys = z
  .strictObject(
    Object.fromEntries(KEY_NAMES.map((name) => [name, allPaths.optional().describe(KEY_HELP[name])])) as Record<
      (typeof KEY_NAMES)[number],
      z.ZodOptional<typeof allPaths>
    >,
  )
  .refine(
    (keys) => Object.values(keys).some((value) => value !== undefined),
    `must name at least one of ${KEY_NAMES.join(', ')}`,
  );

const findings = z.strictObject({
  path: anyPath
    .default('$')
    .describe(
      'Where the findings stand; the paths below begin at each of them. $ where the record itself is the finding.',
    ),
  id: paths.describe('The id of the threat, the same when it is resolved.'),
  type: paths.optional().describe('What kind of threat it is, in the words of the vendor.'),
  severity: meaning(SEVERITY_WORDS).optional().describe('Without it findings are shown and never raise a level.'),
  state: meaning(FINDING_STATE_WORDS).optional().describe('Without it every finding is open, and stays so.'),
  title: paths.optional(),
  detectedAt: time.optional(),
  recommendedAction: paths.optional().describe('What the user should do, in the words of the vendor.'),
  link: paths.optional().describe('Where the vendor shows the threat.'),
});

export const fieldMapSettings = z
  .strictObject({
    reportId: paths.optional().describe('The id of the event. Without it one is made from the content of the record.'),
    deviceKeys: deviceKeys.describe('By which ids the record names its device.'),
    observedAt: time.optional().describe('When the vendor saw what it reports. Without it the time of receipt counts.'),
    state: meaning(STATE_WORDS).optional().describe('What the record says about the device as a whole.'),
    findings: findings.optional(),
  })
  .superRefine((map, context) => {
    if (map.state === undefined && map.findings === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['state'],
        message: 'is needed, or findings: without both a record says nothing',
      });
    }
    // Otherwise the second time that a phone turns dangerous could not be told from the first one sent again.
    if (map.reportId === undefined && map.observedAt === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['observedAt'],
        message: 'is needed, or reportId: without both a repetition cannot be told from news',
      });
    }
  });

export type FieldMapSettings = z.infer<typeof fieldMapSettings>;

/** A path that an administrator wrote. `many`: whether it may lead to several values. */
export function path(many: boolean) {
  return z.string().superRefine((text, context) => {
    const parsed = parsePath(text);
    if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.problem });
    else if (parsed.path.many && !many)
      context.addIssue({ code: 'custom', message: 'must lead to one value, so without [*]' });
  });
}
