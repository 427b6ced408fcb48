import { readFileSync } from 'node:fs';

/**
 * The text of a record as a vendor writes it: real, or made up of what public clients read. Where each comes from stands in the
 * NOTICE.md beside it.
 *
 * @param path vendor and file: `lookout/mra-v2-event-samples.json`
 */
export function sample(path: `${string}/${string}`): string {
  const [vendor, name] = path.split('/');
  return readFileSync(new URL(`./${vendor}/samples/${name}`, import.meta.url), 'utf8');
}
