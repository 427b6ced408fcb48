import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export const LANGUAGE_FOLDER = join(import.meta.dirname, 'languages');

/** Tags (BCP 47) of the languages that there are texts in: one for each file of the folder. */
export const LANGUAGES: readonly string[] = readdirSync(LANGUAGE_FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))
  .toSorted();
