import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HubError } from '@sallyport/contracts';

/** The characters of a host and port (RFC 3986 section 3.2.2); empty where the address has none. */
const HOST = /^[\w.~!$&'()*+,;=%:[\]-]*$/;

/**
 * Refuses requests with more than one Host, or with one that is none (RFC 9112 section 3.2): a proxy in front may
 * have believed another than we do, and links in answers are made of it.
 */
export function refuseUnclearHost(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (countOfHosts(request) > 1)
      done(new HubError('invalid_request', 'There is more than one Host header; send one.', { field: 'Host' }));
    else if (!HOST.test(request.headers.host ?? ''))
      done(
        new HubError('invalid_request', 'Host must be a name or an address, with a port or without.', {
          field: 'Host',
        }),
      );
    else done();
  });
}

function countOfHosts({ raw: { rawHeaders } }: FastifyRequest): number {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === 'host') count += 1;
  return count;
}
