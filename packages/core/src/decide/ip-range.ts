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

export function isInRange(address: Address, range: Range): boolean {
  if (address.length !== range.address.length) return false;
  for (let i = 0, left = range.prefix; left > 0; i += 1, left -= 32) {
    const mask = left >= 32 ? 0xffffffff : (0xffffffff << (32 - left)) >>> 0;
    if ((((address[i] as number) ^ (range.address[i] as number)) & mask) !== 0) return false;
  }
  return true;
}

function parseV4(text: string): Address | undefined {
  let word = 0;
  let parts = 0;
  for (const part of text.split('.')) {
    const value = octet(part);
    if (value === undefined || ++parts > 4) return undefined;
    word = word * 256 + value;
  }
  return parts === 4 ? [word >>> 0] : undefined;
}

/** A leading zero is octal to some readers and decimal to others: nobody should have to guess, so it is refused. */
function octet(text: string): number | undefined {
  if (text.length === 0 || text.length > 3 || (text.length > 1 && text[0] === '0')) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value > 255 ? undefined : value;
}

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
