import { readFile } from 'node:fs/promises';
import { UsageError } from '../../frame/usage-error.ts';

/** @throws UsageError when the file cannot be read; what is in it, the hub judges */
export async function pemFrom(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
  }
}
