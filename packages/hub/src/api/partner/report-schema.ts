import { z } from 'zod';
import { THREAT_CATEGORIES, type Level, type ThreatCategory, type ThreatState } from '@sallyport/core';
import { isPlainText } from '../../vendors/kit/plain-text.ts';

/** The words of `threatState`. `unknown` is not among them: a partner that knows nothing sends nothing. */
export const REPORTED_STATES = [
  'secured',
  'lowSeverity',
  'mediumSeverity',
  'highSeverity',
  'activated',
  'deactivated',
  'unresponsive',
  'compromised',
  'misconfigured',
] as const satisfies readonly ThreatState[];

/** Words for the severity of a finding; `undefined`: told, but never raises a level. */
const SEVERITIES: Readonly<Record<string, Level | undefined>> = {
  low: 'low',
  lowseverity: 'low',
  medium: 'medium',
  mediumseverity: 'medium',
  high: 'high',
  highseverity: 'high',
  informational: undefined,
  none: undefined,
};

export const DEVICE_KEYS = [
  'managedDeviceId',
  'entraDeviceId',
  'serialNumber',
  'imei',
  'udid',
  'easDeviceId',
  'mdmDeviceId',
  'vendorDeviceId',
  'email',
] as const;

export const MAX_REPORTS = 1000;
export const MAX_FINDINGS = 200;

const text = (max: number) =>
  z
    .string('must be a text')
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must not be longer than ${max} characters`)
    .refine(isPlainText, 'holds a control character or half a character');
/** Times are read by `parseIsoInstant`, which also refuses dates that do not exist. */
const time = z
  .string('must be a text: an ISO 8601 date and time with its offset, such as 2026-03-01T08:00:00Z')
  .max(40, 'is too long for a date and time');

const findingSchema = z.object({
  id: text(256).describe(
    'Your own id of the threat, unique within the device. Send it again with state "resolved" when the threat is gone.',
  ),
  type: text(128).describe('What kind of threat, in your words, such as malware or maliciousNetwork.'),
  category: z
    .enum(
      THREAT_CATEGORIES as [ThreatCategory],
      'must be a category of ours, such as app.malware; docs/findings.md lists them',
    )
    .nullish()
    .describe('The same in our words. Left out: read from `type`.'),
  severity: z
    .string('must be a text')
    .refine(
      (word) => Object.hasOwn(SEVERITIES, word.trim().toLowerCase()),
      'must be low, medium, high, informational or none',
    )
    .describe('low, medium, high; informational or none for a finding that never raises the level.'),
  state: z.enum(['open', 'resolved'], 'must be open or resolved'),
  title: text(512).nullish().describe('One line for people.'),
  detectedDateTime: time.nullish(),
  recommendedAction: text(2048)
    .nullish()
    .describe(
      'What the user should do: shown to the user as a quotation, to 300 characters, without working links and telephone numbers, beside our own advice for the category. Not shown where the finding means that somebody may be watching the user.',
    ),
  link: text(2048)
    .nullish()
    .describe('Where you show the threat, for administrators: an address that begins with https://.'),
});

/** Read by `readDeviceKeys`: what cannot be used is a warning as long as another key identifies the device. */
const deviceKey = z
  .unknown()
  .optional()
  .meta({ anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'null' }] });

/** One report. Properties that are not named here are ignored, and kept in the raw report. */
export const reportSchema = z.object(
  {
    reportId: text(256).describe('Your own id of this report. The same id twice has one effect.'),
    device: z
      .object(
        Object.fromEntries(DEVICE_KEYS.map((key) => [key, deviceKey])) as Record<
          (typeof DEVICE_KEYS)[number],
          typeof deviceKey
        >,
        'must be an object with at least one device key',
      )
      .describe(
        'At least one key that can be used; one that cannot is left out with a warning. All the keys you give must belong to one device. `mdmDeviceId`: its id in the device management, where you do not know ' +
          'of which kind. `vendorDeviceId`: your own; learnt with the first report that has another key as well. `email`: of its user; tells several ' +
          'devices apart, and is enough alone only where the administrator allowed it.',
      ),
    observedDateTime: time.describe(
      'When you saw the device like this: ISO 8601 with an offset. Decides which report is newer.',
    ),
    threatState: z.enum(REPORTED_STATES, `must be one of ${REPORTED_STATES.join(', ')}`),
    findings: z
      .array(findingSchema, 'must be a list')
      .max(MAX_FINDINGS, `must not have more than ${MAX_FINDINGS} findings`)
      .nullish(),
  },
  'must be an object',
);

export type PartnerReport = z.infer<typeof reportSchema>;
export type PartnerFinding = z.infer<typeof findingSchema>;

export const envelopeSchema = z.object({ reports: z.array(reportSchema).min(1).max(MAX_REPORTS) });

const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  target: z.string().describe('Path in your document, such as reports[3].threatState.'),
});

export const resultsSchema = z.object({
  results: z
    .array(
      z.object({
        reportId: z.string().nullable().describe('null when the report had none that could be read.'),
        status: z.enum(['accepted', 'duplicate', 'late', 'rejected']),
        matched: z.literal(false).optional().describe('Kept, and applied when its device appears.'),
        error: errorSchema.optional(),
        warnings: z
          .array(errorSchema)
          .optional()
          .describe(
            "What was left out of, or changed in, a report that was taken: unusable_key (a device key that cannot be used beside one that can), contradiction (a lower level beside an open finding of high severity; highSeverity counts), time_ahead (the time is ahead of the hub's; the time of receipt counts).",
          ),
      }),
    )
    .describe('One for each report, in the order of the request.'),
});

export type ReportResult = z.infer<typeof resultsSchema>['results'][number];

/** The level behind a severity word that `reportSchema` let through. */
export function levelOfSeverity(word: string): Level | undefined {
  return SEVERITIES[word.trim().toLowerCase()];
}
