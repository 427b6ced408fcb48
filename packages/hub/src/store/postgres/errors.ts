import { StoreBusy, UnkeepableText } from '../store.ts';

/** SQLSTATE classes and codes (PostgreSQL manual, appendix A) that go away when the cause does. */
const PASSING = [
  '08', // connection
  '25006', // read-only: a standby, or a server that was made so
  '40', // gave way to another transaction, too often
  '53', // out of disk, memory or connections
  '55P03', // lock not available
  '57P', // server is stopping or starting
  '57014', // cancelled
  '58', // the server's own disk
];

const PASSING_OF_SOCKETS: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Texts arrive as UTF-8, in which that is U+0000 alone. */
const CHARACTER_NOT_IN_REPERTOIRE = '22021';

/** What `pg` says, without a code, when a connection ends under it or cannot be had. */
const PASSING_MESSAGE =
  /connection terminated|connection ended|timeout exceeded|query read timeout|connection error|after calling end|client was closed/i;

/** Serialisation failure and deadlock: another transaction went first, and the same work may be tried again. */
export function gaveWay(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

/** The connection is gone; nobody knows what the server made of the last statement. */
export function lostConnection(error: unknown): boolean {
  const code = codeOf(error);
  if (code === undefined) return error instanceof Error && PASSING_MESSAGE.test(error.message);
  return PASSING_OF_SOCKETS.has(code) || code.startsWith('08') || code.startsWith('57P');
}

/** The error that callers see. Errors that are no fault of the database are passed on as they are. */
export function toStoreError(error: unknown): unknown {
  const code = codeOf(error);
  if (code === CHARACTER_NOT_IN_REPERTOIRE) return new UnkeepableText(error);
  const passes = lostConnection(error) || (code !== undefined && PASSING.some((prefix) => code.startsWith(prefix)));
  if (!passes) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StoreBusy(`The database cannot be used now (PostgreSQL: ${message}). Nothing was kept.`, undefined, {
    cause: error,
  });
}

export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
