/**
 * The primitive types of OData (4.01, ABNF) as JSON carries them. Each parser answers the value as we keep it,
 * or a `Misfit` that says what was expected.
 */
export class Misfit {
  readonly expected: string;
  constructor(expected: string) {
    this.expected = expected;
  }
}

/** Longer than any text of Graph; descriptions and rules are capped at 3,072 or less by their services. */
export const MAX_STRING = 4096;

type Parser = (value: unknown) => unknown;

const PARSERS: Readonly<Record<string, Parser>> = {
  'Edm.String': (value) =>
    typeof value === 'string' && value.length <= MAX_STRING
      ? value
      : new Misfit(`a string of at most ${MAX_STRING} characters`),
  'Edm.Boolean': (value) => (typeof value === 'boolean' ? value : new Misfit('true or false')),
  'Edm.Int32': integer(-2147483648, 2147483647),
  'Edm.Int64': integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  'Edm.Byte': integer(0, 255),
  'Edm.Double': (value) => (typeof value === 'number' && Number.isFinite(value) ? value : new Misfit('a number')),
  'Edm.Guid': (value) =>
    isGuid(value) ? value.toLowerCase() : new Misfit('a GUID like 0b7a2c1e-44d0-4f0e-9d4a-3a51f7a9b001'),
  'Edm.DateTimeOffset': parseDateTimeOffset,
  'Edm.Date': (value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && isRealDate(value)
      ? value
      : new Misfit('a date like 2026-01-31'),
  'Edm.TimeOfDay': (value) =>
    typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,12})?)?$/.test(value)
      ? value
      : new Misfit('a time of day like 08:30:00'),
  'Edm.Duration': parseDuration,
  'Edm.Binary': (value) =>
    typeof value === 'string' && value.length <= 65536 && /^[A-Za-z0-9+/_-]*={0,2}$/.test(value)
      ? value
      : new Misfit('base64 text'),
};

/** Parses `value` as the Edm type; throws for a type that the model does not use. */
export function parseEdmValue(type: string, value: unknown): unknown {
  const parser = PARSERS[type];
  if (parser === undefined) throw new Error(`No parser for ${type}.`);
  return parser(value);
}

export function isGuid(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value);
}

function integer(min: number, max: number): Parser {
  return (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? value
      : new Misfit(`a whole number from ${min} to ${max}`);
}

const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,12})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/i;

/** Kept in UTC as Graph writes it; sub-millisecond digits are kept where the time is given in UTC already. */
function parseDateTimeOffset(value: unknown): unknown {
  const misfit = new Misfit('a date and time with an offset, like 2026-01-31T08:30:00Z');
  if (typeof value !== 'string') return misfit;
  const date = DATE_TIME.exec(value)?.[1];
  if (date === undefined || !isRealDate(date)) return misfit;
  if (value.endsWith('Z')) return value;
  const at = Date.parse(value);
  return Number.isNaN(at) ? misfit : new Date(at).toISOString();
}

/** JavaScript reads 2026-02-31 as the 3rd of March. */
function isRealDate(date: string): boolean {
  const at = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(date);
}

/** ISO 8601 without years, months and weeks, as OData has it: P1DT2H30M, PT15M, -PT1.5S. */
function parseDuration(value: unknown): unknown {
  const good =
    typeof value === 'string' &&
    /^-?P(?=.)(\d{1,9}D)?(T(?=.)(\d{1,9}H)?(\d{1,9}M)?(\d{1,9}(\.\d{1,12})?S)?)?$/.test(value);
  return good ? value : new Misfit('an ISO 8601 duration like PT15M or P1D');
}
