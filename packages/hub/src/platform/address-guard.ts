import { BlockList, isIP } from 'node:net';

/**
 * Which network addresses our own requests may reach. A connector's address is typed by an administrator and
 * names come from DNS, so without this guard the hub could be made to talk to the inside of its own network
 * (server-side request forgery, OWASP).
 *
 * Refused unless allowed by name: everything that is not globally reachable by the IANA special-purpose
 * address registries (RFC 6890), and the metadata services of clouds, of which one has a public address.
 */
export interface AddressGuard {
  /** Whether the operator listed this host name; then any of its addresses will do, and plain HTTP as well. */
  allowsHost(hostname: string): boolean;
  /** Whether the operator listed this address, by itself or by its range. */
  listsAddress(address: string): boolean;
  /** Whether this address may be reached: a public one, or one that the operator listed. */
  allowsAddress(address: string): boolean;
}

const REFUSED_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '168.63.129.16/32', // Azure's wire server and metadata, a public address that only its guests can reach
];

/** Of IPv6 only global unicast is public at all, and these parts of it are not. */
const PUBLIC_IPV6 = ['2000::/3'];
const REFUSED_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const refused = blockListOf([...REFUSED_IPV4, ...REFUSED_IPV6]);
const publicIpv6 = blockListOf(PUBLIC_IPV6);

/** Throws for an entry that is neither a host name, an address nor a range. */
export function createAddressGuard(allow: readonly string[]): AddressGuard {
  const problems = allow.flatMap((entry) => problemOfAllowEntry(entry) ?? []);
  if (problems.length > 0) throw new Error(problems.join(' '));

  const ranges = blockListOf(allow.filter((entry) => isRange(entry)));
  const hosts = new Set(allow.filter((entry) => !isRange(entry)).map((entry) => entry.toLowerCase()));
  const listsAddress = (address: string) => inList(ranges, embeddedIpv4(address) ?? address);

  return {
    allowsHost: (hostname) => hosts.has(hostname.toLowerCase().replace(/\.$/, '')),
    listsAddress,
    allowsAddress: (address) => listsAddress(address) || isPublicAddress(address),
  };
}

/** What is wrong with an entry of the list of allowed destinations; `undefined` when nothing is. */
export function problemOfAllowEntry(entry: string): string | undefined {
  if (isRange(entry) || /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(entry)) return undefined;
  return `"${entry}" is neither a host name, an IP address nor a range such as 10.1.0.0/16.`;
}

export function isPublicAddress(address: string): boolean {
  const inner = embeddedIpv4(address);
  if (inner !== undefined) return isPublicAddress(inner);
  const family = isIP(address);
  if (family === 0 || inList(refused, address)) return false;
  return family === 4 || inList(publicIpv6, address);
}

/**
 * The IPv4 address inside an IPv4-mapped (`::ffff:0:0/96`, RFC 4291) or NAT64 (`64:ff9b::/96`, RFC 6052)
 * IPv6 address. It is the one that is reached in the end, so it is the one to judge.
 */
function embeddedIpv4(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined;
  // The URL parser writes every spelling of an IPv6 address in its one canonical way.
  const canonical = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1);
  const match = /^(?:::ffff:|64:ff9b::)(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/.exec(canonical);
  if (match === null) return undefined;
  const high = Number.parseInt(match[1] ?? '0', 16);
  const low = Number.parseInt(match[2] as string, 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function inList(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address.replace(/%.*$/, ''), family === 6 ? 'ipv6' : 'ipv4');
}

function isRange(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

function blockListOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return list;
}
