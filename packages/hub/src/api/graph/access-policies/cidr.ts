import { isIPv4, isIPv6 } from 'node:net';

/** Graph takes masks above /8 only; /8 itself is allowed here, since 10.0.0.0/8 is many an office. */
const SHORTEST_MASK = 8;

export type ParsedCidr =
  | { readonly ok: true; readonly cidr: string; readonly family: 4 | 6 }
  | { readonly ok: false; readonly problem: string };

/** A CIDR range in one spelling with the family of its address, or what is wrong with it. */
export function parseCidr(text: string): ParsedCidr {
  const [, address = '', mask = ''] = /^([0-9a-fA-F:.]{2,45})\/(\d{1,3})$/.exec(text.trim()) ?? [];
  const family = isIPv4(address) ? 4 : isIPv6(address) ? 6 : undefined;
  if (family === undefined) return { ok: false, problem: 'must be a range like 192.0.2.0/24 or 2001:db8::/32' };
  const length = Number(mask);
  const longest = family === 4 ? 32 : 128;
  if (length < SHORTEST_MASK || length > longest)
    return { ok: false, problem: `must have a mask from /${SHORTEST_MASK} to /${longest}` };
  return { ok: true, cidr: `${address.toLowerCase()}/${length}`, family };
}
