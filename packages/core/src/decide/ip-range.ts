/** An address as 32-bit words: one for IPv4, four for IPv6. IPv4 mapped into IPv6 counts as IPv4. */
export type Address = readonly number[];

export interface Range {
  readonly address: Address;
  readonly prefix: number;
}

/** `undefined` for what is no address. Accepts the text forms of RFC 4291 section 2.2, with a zone index left out. */
export function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

/** CIDR notation (RFC 4632 section 3.1); a bare address is a range of one. */
export function parseRange(text: string): Range | undefined {
  const [addressText, prefixText, rest] = text.split('/');
  const address = parseAddress(addressText ?? '');
  if (address === undefined || rest !== undefined) return undefined;
  const width = address.length * 32;
  if (prefixText === undefined) return { address, prefix: width };
  if (!/^\d{1,3}$/.test(prefixText)) return undefined;
  // A mapped range counts its prefix from the start of the IPv6 address.
  const prefix = Number(prefixText) - (address.length === 1 && text.includes(':') ? 96 : 0);
  return prefix >= 0 && prefix <= width ? { address, prefix } : undefined;
}

/**
 * Any number of ranges, asked about in the time that a few take: IPv4 ranges, which come in long lists, are
 * kept as intervals in order.
 */
export class AddressSet {
  /** First and last address of each interval; they go up and do not touch. */
  readonly #intervals: readonly number[];
  readonly #v6: readonly Range[];

  constructor(ranges: readonly Range[]) {
    this.#intervals = intervalsOf(ranges.filter((range) => range.address.length === 1));
    this.#v6 = ranges.filter((range) => range.address.length === 4);
  }

  has(address: Address): boolean {
    return address.length === 1
      ? this.#hasV4(address[0] as number)
      : this.#v6.some((range) => isInRange(address, range));
  }

  #hasV4(word: number): boolean {
    let low = 0;
    let high = this.#intervals.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#intervals[middle * 2 + 1] as number) < word) low = middle + 1;
      else high = middle;
    }
    return low * 2 < this.#intervals.length && (this.#intervals[low * 2] as number) <= word;
  }
}

function intervalsOf(ranges: readonly Range[]): readonly number[] {
  const intervals: number[] = [];
  const ordered = ranges
    .map(({ address, prefix }) => {
      const size = 2 ** (32 - prefix);
      const first = Math.floor((address[0] as number) / size) * size;
      return [first, first + size - 1] as const;
    })
    .sort((a, b) => a[0] - b[0]);
  for (const [first, last] of ordered) {
    const end = intervals.length - 1;
    if (end > 0 && first <= (intervals[end] as number) + 1) intervals[end] = Math.max(intervals[end] as number, last);
    else intervals.push(first, last);
  }
  return intervals;
}

export function isInRange(address: Address, range: Range): boolean {
  if (address.length !== range.address.length) return false;
  for (let i = 0, left = range.prefix; left > 0; i += 1, left -= 32) {
    const mask = left >= 32 ? 0xffffffff : (0xffffffff << (32 - left)) >>> 0;
    if ((((address[i] as number) ^ (range.address[i] as number)) & mask) !== 0) return false;
  }
  return true;
}

/**
 * Character by character: the commonest address of a decision. A leading zero is octal to some readers and
 * decimal to others: nobody should have to guess, so it is refused.
 */
function parseV4(text: string): Address | undefined {
  let word = 0;
  let parts = 0;
  let octet = 0;
  let digits = 0;
  for (let i = 0; i <= text.length; i += 1) {
    const code = i === text.length ? DOT : text.charCodeAt(i);
    if (code === DOT) {
      if (digits === 0 || octet > 255) return undefined;
      word = word * 256 + octet;
      parts += 1;
      octet = 0;
      digits = 0;
    } else {
      const digit = code - ZERO;
      if (digit < 0 || digit > 9 || digits === 3 || (digits > 0 && octet === 0)) return undefined;
      octet = octet * 10 + digit;
      digits += 1;
    }
  }
  return parts === 4 ? [word] : undefined;
}

const DOT = 46;
const ZERO = 48;

function parseV6(text: string): Address | undefined {
  const zone = text.indexOf('%');
  const halves = (zone < 0 ? text : text.slice(0, zone)).split('::');
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] as string);
  const tail = halves.length === 2 ? groups(halves[1] as string) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const words = [0, 2, 4, 6].map((i) => (((all[i] as number) << 16) | (all[i + 1] as number)) >>> 0);
  const mapped = words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
  return mapped ? [words[3] as number] : words;
}

function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const result: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const v4 = i === parts.length - 1 ? parseV4(part) : undefined;
      if (v4 === undefined) return undefined;
      result.push((v4[0] as number) >>> 16, (v4[0] as number) & 0xffff);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      result.push(parseInt(part, 16));
    }
  }
  return result;
}
