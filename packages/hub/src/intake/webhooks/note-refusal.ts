import type { FastifyRequest } from 'fastify';
import { ERRORS, HubError } from '@sallyport/contracts';
import type { IntakeRunner } from '../links/intake-runner.ts';

/** Sent again, the same call is refused again: it cannot be read, is too large, or is of another media type. */
const LOST: ReadonlySet<number | undefined> = new Set([400, 413, 415]);

/**
 * Reports a call that was refused although it came from the vendor: few vendors show that to anybody. `count`: how many of
 * its records are lost. A vendor that does not show its secret, and a busy store, lose nothing here.
 */
export function noteRefusal(
  runner: Pick<IntakeRunner, 'link'>,
  request: FastifyRequest,
  error: Error,
  count = 1,
): void {
  const status =
    error instanceof HubError ? ERRORS[error.code].status : (error as Error & { statusCode?: number }).statusCode;
  if (!LOST.has(status)) return;
  const { connectorId } = request.params as { readonly connectorId: string };
  runner.link(connectorId.toLowerCase())?.noteUnread(count, `A call was refused. ${error.message}`, request.ip);
}
