import { lookup as dnsLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { AddressGuard } from './address-guard.ts';
import { OutboundError } from './outbound-error.ts';

/** The URL, if its scheme, host and credentials part are such that we may connect at all. Throws `OutboundError`. */
export function checkedTarget(guard: AddressGuard, url: string): URL {
  if (!URL.canParse(url)) throw new OutboundError('destination_refused', 'The address to call is no URL.');
  const target = new URL(url);
  const literal = target.hostname.replace(/^\[|\]$/g, '');
  if (target.protocol !== 'https:' && target.protocol !== 'http:') {
    throw new OutboundError('destination_refused', `${target.protocol}// addresses cannot be called; use https.`);
  }
  if (target.username !== '' || target.password !== '') {
    throw new OutboundError(
      'destination_refused',
      `${target.origin}: put credentials into the settings, not into the URL.`,
    );
  }
  // Node connects to a literal address without asking `lookup`, so it is judged here.
  if (isIP(literal) !== 0 && !guard.allowsHost(literal) && !guard.allowsAddress(literal)) throw refusedAddress(target);
  if (target.protocol === 'http:' && !guard.allowsHost(literal) && !guard.listsAddress(literal)) {
    throw new OutboundError(
      'destination_refused',
      `${target.origin}: only https is called. To allow plain http to this host, list it in SALLYPORT_OUTBOUND_ALLOW.`,
    );
  }
  return target;
}

/** See `Outbound.refusal`. */
export function refusalOf(guard: AddressGuard, url: string): string | undefined {
  try {
    const target = checkedTarget(guard, url);
    if (isLoopbackName(target.hostname) && !guard.allowsHost(target.hostname)) throw refusedAddress(target);
    return undefined;
  } catch (error) {
    if (error instanceof OutboundError) return error.message;
    throw error;
  }
}

/** Names that mean this machine everywhere (RFC 6761, section 6.3). */
function isLoopbackName(hostname: string): boolean {
  return /(?:^|\.)localhost\.?$/i.test(hostname);
}

function refusedAddress(target: URL): OutboundError {
  return new OutboundError(
    'destination_refused',
    `${target.origin} is not a public address. If the hub may call it, list its host or range in SALLYPORT_OUTBOUND_ALLOW.`,
  );
}

/**
 * Resolves a name and hands on only the addresses that may be reached. The connection is made to exactly
 * these, so a name that answers differently the next time (DNS rebinding) gains nothing.
 */
export function guardedLookup(guard: AddressGuard, target: URL): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '', 0);
      const usable = guard.allowsHost(hostname) ? found : found.filter(({ address }) => guard.allowsAddress(address));
      const first = usable[0];
      if (first === undefined) return callback(refusedAddress(target), '', 0);
      if (options.all === true) return callback(null, usable);
      callback(null, first.address, first.family);
    });
  };
}
