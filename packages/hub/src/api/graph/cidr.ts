import { isIPv4, isIPv6 } from 'node:net';

/** Graph takes masks above /8 only; /8 itself is allowed here, since 10.0.0.0/8 is many an office. */
const SHORTEST_MASK = 8;

/** A CIDR range in one spelling, or what is wrong with it. Both families. */
export function parseCidr(text: string, family: 4 | 6): { readonly ok: true; readonly cidr: string } | { readonly ok: false; readonly problem: string } {
  const [, address = '', mask = ''] = /^([0-9a-fA-F:.]{2,45})\/(\d{1,3})$/.exec(text.trim()) ?? [];
  const fits = family === 4 ? isIPv4(address) : isIPv6(address);
  if (!fits) return { ok: false, problem: `must be an IPv${family} range like ${family === 4 ? '192.0.2.0/24' : '2001:db8::/32'}` };
  const length = Number(mask);
  const longest = family === 4 ? 32 : 128;
  if (length < SHORTEST_MASK || length > longest) return { ok: false, problem: `must have a mask from /${SHORTEST_MASK} to /${longest}` };
  return { ok: true, cidr: `${address.toLowerCase()}/${length}` };
}
