import type { Loose, Told } from './partner-calls.ts';

/** Ends a check: the hub answered otherwise than it promises. The message says what and what else was expected. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected';
}

export function expectStatus(told: Told, status: number, call: string): void {
  if (told.status !== status)
    throw new Unexpected(`${call} was answered ${told.status}${messageOf(told)}; ${status} was expected.`);
}

export interface Result {
  readonly reportId: unknown;
  readonly status: unknown;
  readonly matched: boolean;
  readonly target: unknown;
}

/** One result for each report, in order, or the check ends. */
export function resultsOf(told: Told, count: number): readonly Result[] {
  expectStatus(told, 200, 'POST /partner/v1/device-health');
  const { results } = told.body;
  if (!Array.isArray(results) || results.length !== count)
    throw new Unexpected(
      `${count} reports got ${Array.isArray(results) ? results.length : 'no'} results; one for each was expected.`,
    );
  return results.map((raw: Loose) => ({
    reportId: raw.reportId,
    status: raw.status,
    matched: raw.matched !== false,
    target: (raw.error as Loose | undefined)?.target,
  }));
}

/** What is accepted of a device that the hub does not know is kept and proves nothing about a device. */
export function expectKnown({ matched }: Result): void {
  if (!matched)
    throw new Unexpected(
      'The device is not known to the hub, or its keys name several: give keys of one enrolled test device.',
    );
}

export function expectResult({ status, target }: Result, expected: string, what: string): void {
  if (status !== expected)
    throw new Unexpected(
      `${what} was answered "${String(status)}"${target === undefined ? '' : ` (${String(target)})`}; "${expected}" was expected.`,
    );
}

function messageOf({ body }: Told): string {
  const { error } = body;
  const message =
    typeof error === 'object' && error !== null ? (error as Loose).message : (body.error_description ?? error);
  return typeof message === 'string' ? ` (${message.slice(0, 300)})` : '';
}
