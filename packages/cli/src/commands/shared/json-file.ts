import { readFile } from 'node:fs/promises';
import { positionOfJsonError } from '@sallyport/hub/api/json-position.ts';
import type { Context } from '../../frame/command.ts';
import { UsageError } from '../../frame/usage-error.ts';

/** The JSON of a file, or of standard input for `-`. A mistake is told with its line. */
export async function readJson(path: string, context: Pick<Context, 'readInput'>): Promise<unknown> {
  return parseJson(await readText(path, context), path === '-' ? 'standard input' : path);
}

/** The text of a file, or of standard input for `-`, as it stands there. */
export async function readText(path: string, context: Pick<Context, 'readInput'>): Promise<string> {
  return path === '-' ? context.readInput() : fileText(path);
}

/** @throws UsageError that names the line and column */
export function parseJson(text: string, name: string): unknown {
  // Editors of Windows put a byte order mark in front.
  const json = text.replace(/^\ufeff/u, '');
  try {
    return JSON.parse(json);
  } catch {
    const { line, column } = placeOf(json, positionOfJsonError(json));
    throw new UsageError(`${name} is no valid JSON: see line ${line}, column ${column}.`);
  }
}

/** Lines and columns count from 1, as editors do. */
function placeOf(text: string, position: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, position).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

async function fileText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
  }
}
