import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerOf, setErrorHeaders } from '../../http/errors.ts';

/** RFC 6749 section 5.2, with the two of section 4.1.2.1 for faults of ours. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable'
  | 'server_error';

export class OAuthError extends Error {
  readonly code: OAuthErrorCode;
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: OAuthErrorCode,
    description: string,
    options: { readonly status?: number; readonly retryAfterSeconds?: number } = {},
  ) {
    super(description);
    this.name = 'OAuthError';
    this.code = code;
    this.status = options.status ?? (code === 'invalid_client' ? 401 : 400);
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** OAuth clients read `error` and `error_description`, not Graph's envelope. */
export function answerOAuthError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const oauth = error instanceof OAuthError ? error : undefined;
  const answer = answerOf(error, {
    mediaType: 'application/x-www-form-urlencoded',
    bodyBytes: request.routeOptions.bodyLimit,
  });
  const status = oauth?.status ?? answer.status;
  if (status === 500) request.log.error({ err: error }, 'a token request failed by a fault of ours');
  if (status === 401) reply.header('www-authenticate', 'Basic realm="Sallyport", charset="UTF-8"');
  setErrorHeaders(
    { ...answer, status, retryAfterSeconds: oauth?.retryAfterSeconds ?? answer.retryAfterSeconds },
    request,
    reply,
  );
  reply
    .code(status)
    .header('pragma', 'no-cache')
    .send({
      error:
        oauth?.code ??
        (status === 503 ? 'temporarily_unavailable' : status >= 500 ? 'server_error' : 'invalid_request'),
      error_description: oauth?.message ?? answer.message,
    });
}
