import { readFile } from 'node:fs/promises';
import { positionOfJsonError } from '@sallyport/hub/http/json-position.ts';
import type { Context } from '../../frame/command.ts';
import { UsageError } from '../../frame/usage-error.ts';

/** The JSON of a file, or of standard input for `-`. A mistake is told with its line. */
export async function readJson(path: string, context: Pick<Context, 'readInput'>): Promise<unknown> {
  return path === '-'
    ? parseJson(await context.readInput(), 'standard input')
    : parseJson(jsonText(await bytesOf(path), path), path);
}

/**
 * The text of a file of JSON: UTF-8, or UTF-16 as Windows PowerShell writes into files, told by its first bytes.
 *
 * @throws UsageError for any other encoding, which would spoil names without a word
 */
export function jsonText(bytes: Uint8Array, name: string): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${name} is not in UTF-8, so names in it would be spoilt. Save it as UTF-8.`);
  }
}

/** The text of a file, or of standard input for `-`, as it stands there. */
export async function readText(path: string, context: Pick<Context, 'readInput'>): Promise<string> {
  return path === '-' ? context.readInput() : (await bytesOf(path)).toString('utf8');
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

/** @throws UsageError for what cannot be read, a link to nothing among it */
export async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
  }
}
