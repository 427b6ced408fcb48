import { z } from 'zod';
import {
  DEVICE_COMPLIANCE_CHANGE,
  OKTA_DEVICE_RISK_CHANGE,
  RISK_LEVEL_CHANGE,
  SESSION_REVOKED,
  STREAM_UPDATED,
  VERIFICATION,
} from './vocabulary.ts';

/** Language tags and texts, at least one (CAEP 1.0, section 2). */
const reason = z
  .record(z.string(), z.string(), 'must be an object of language tags and texts')
  .refine((texts) => Object.keys(texts).length > 0, 'must hold at least one text');

const common = {
  event_timestamp: z.number().optional(),
  initiating_entity: z.enum(['admin', 'user', 'policy', 'system']).optional(),
  reason_admin: reason.optional(),
  reason_user: reason.optional(),
};

const word = z.string().min(1);

/**
 * What an event of each type must hold. Words are only required to be there: one that we do not know makes the
 * report flagged, while an event that is not what its type promises is refused. Unknown members are ignored.
 */
const SHAPES: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  [
    RISK_LEVEL_CHANGE,
    z.looseObject({ ...common, principal: word, current_level: word, previous_level: word.optional() }),
  ],
  [DEVICE_COMPLIANCE_CHANGE, z.looseObject({ ...common, current_status: word, previous_status: word })],
  [SESSION_REVOKED, z.looseObject(common)],
  [OKTA_DEVICE_RISK_CHANGE, z.looseObject({ ...common, current_level: word, previous_level: word.optional() })],
  [VERIFICATION, z.looseObject({ state: z.string().optional() })],
  [STREAM_UPDATED, z.looseObject({ status: word, reason: z.string().optional() })],
]);

/** What is wrong with an event; `undefined` for a good one and for every type that we do not know. */
export function problemOfEvent(type: string, event: unknown): string | undefined {
  const parsed = SHAPES.get(type)?.safeParse(event);
  if (parsed === undefined || parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  return `${['events', type.split('/').at(-1), ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'is not valid'}`;
}
