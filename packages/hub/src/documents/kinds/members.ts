import { z } from 'zod';
import { canonicalId } from '@sallyport/contracts/graph/canonical-id.ts';

/** Members of stored bodies. Graph's tools send null, or an empty text, where they mean that something is not set. */

export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true);
export const text = z
  .string()
  .nullish()
  .transform((value) => (value === null || value === '' ? undefined : value));
export const count = z
  .number()
  .nullish()
  .transform((value) => value ?? undefined);
/** Absent where it is null or left out. */
export const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? []);
/** GUIDs in small letters; words such as `All` as they are. */
export const ids = texts.transform((values) => values.map(canonicalId));

/** `#microsoft.graph.iosCompliancePolicy` as `iosCompliancePolicy`. */
export const typeName = z
  .string()
  .nullish()
  .transform((value) => (value ?? '').replace(/^#?microsoft\.graph\./, ''));
