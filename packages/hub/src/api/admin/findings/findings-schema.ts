import { adviceKeyOf, areaOf, THREAT_CATEGORIES, type ThreatCategory } from '@sallyport/core';
import { catalogueIn, LANGUAGES, type Catalogue } from '@sallyport/texts';
import { z } from 'zod';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';
import { isoTime } from '../../../platform/clock.ts';
import type { FindingRow } from '../../../store/store.ts';
import { cursorParameter, nextCursor } from '../../../http/cursor.ts';

const id = z.string().min(1).max(256).transform(canonicalId);
const limit = z.coerce.number().int().min(1).max(1000).default(100);

export const languageParameter = z
  .enum(LANGUAGES)
  .default('en')
  .describe('The language of `categoryName` and `advice`.');

export const findingsQuery = z.strictObject({
  state: z.enum(['open', 'resolved']).optional(),
  severity: z
    .enum(['secured', 'low', 'medium', 'high', 'none'])
    .optional()
    .describe('none: told, but never raises a level.'),
  category: z
    .enum(THREAT_CATEGORIES as [ThreatCategory])
    .optional()
    .describe('With those below it: net.mitm finds net.mitm.arp_spoof, too.'),
  connectorId: id.optional(),
  deviceId: id.optional(),
  language: languageParameter,
  limit,
  cursor: cursorParameter,
});

export const timelineQuery = z.strictObject({ limit, cursor: cursorParameter });

export const findingView = z.object({
  id: z.string().describe("The partner's own id, unique within partner and device."),
  deviceId: z.string(),
  connectorId: z.string(),
  type: z.string().describe("In the partner's words."),
  category: z.enum(THREAT_CATEGORIES as [ThreatCategory]).describe('The same in ours, whichever partner found it.'),
  categoryName: z.string().describe('In the language that was asked for.'),
  area: z.enum(['physical', 'network', 'application', 'operatingSystem', 'other']),
  severity: z.string().nullable(),
  state: z.enum(['open', 'resolved']),
  title: z.string().nullable(),
  detectedDateTime: z.string().nullable(),
  recommendedAction: z.string().nullable().describe('What the partner says the user should do.'),
  advice: z
    .string()
    .nullable()
    .describe('What we say the user should do, by category; told where the partner says nothing.'),
  link: z.string().nullable().describe('Where the partner shows it.'),
  observedDateTime: z.string(),
  reportId: z.string(),
});

export const findingList = z.object({ value: z.array(findingView), nextCursor });

export function toFindingView(finding: FindingRow, language: string): z.infer<typeof findingView> {
  const {
    deviceId,
    connectorId,
    type,
    category = 'unclassified',
    severity,
    state,
    title,
    detectedAt,
    recommendedAction,
    link,
    observedAt,
    reportId,
  } = finding;
  const catalogue = catalogueIn(language);
  return {
    id: finding.id,
    deviceId,
    connectorId,
    type,
    category,
    categoryName: catalogue.say({ key: `categories.${category}` }),
    area: areaOf(category),
    state,
    reportId,
    severity: severity ?? null,
    title: title ?? null,
    detectedDateTime: detectedAt === undefined ? null : isoTime(detectedAt),
    recommendedAction: recommendedAction ?? null,
    advice: adviceFor(category, catalogue),
    link: link ?? null,
    observedDateTime: isoTime(observedAt),
  };
}

/** One to three sentences; null for `unclassified`, where only the partner can tell. */
function adviceFor(category: ThreatCategory, catalogue: Catalogue): string | null {
  const key = adviceKeyOf(category);
  return key === undefined
    ? null
    : catalogue.say({ key: `advice.${key}`, device: 'other', app: undefined, managementApp: undefined });
}
