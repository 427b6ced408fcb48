import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ZodError } from 'zod';
import { ERRORS, HubError, type ErrorCode } from '@sallyport/contracts';
import { isoTime, type Clock } from '../platform/clock.ts';
import { CannotOpen } from '../platform/data-key.ts';
import '../platform/zod-words.ts';
import { StoreBusy, UnkeepableText } from '../store/store.ts';
import { clientRequestId } from './request-ids.ts';

/** Graph's error envelope (learn.microsoft.com/graph/errors). Clients branch on `error.code` only. */
export interface GraphErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    /** The offending field, as a path in the caller's own document. */
    readonly target?: string;
    readonly innerError: {
      /** Our own, finer code; absent for a fault of ours. */
      readonly code?: ErrorCode;
      readonly date: string;
      readonly 'request-id': string;
      readonly 'client-request-id': string;
    };
  };
}

export interface ErrorAnswer {
  readonly status: number;
  /** `undefined`: a fault of ours, of which the caller learns nothing. */
  readonly code: ErrorCode | undefined;
  readonly graphCode: string;
  readonly message: string;
  readonly field: string | undefined;
  readonly retryAfterSeconds: number | undefined;
}

/** What the route takes, so that a refusal can say it. */
export interface Accepted {
  readonly mediaType: string;
  readonly bodyBytes: number | undefined;
}

/** What a caller is told of an error. Everything thrown while answering ends up here. */
export function answerOf(
  error: unknown,
  accepted: Accepted = { mediaType: 'application/json', bodyBytes: undefined },
): ErrorAnswer {
  if (error instanceof HubError) {
    const { status, graph } = ERRORS[error.code];
    const { field, retryAfterSeconds, verbatim } = error.details;
    const message = verbatim === true ? error.message : withField(error.message, field);
    return { status, code: error.code, graphCode: graph, message, field, retryAfterSeconds };
  }
  if (error instanceof StoreBusy) {
    return answerOf(
      new HubError('busy', 'The database cannot be written now; nothing was kept. Send the same request again later.', {
        retryAfterSeconds: error.retryAfterSeconds,
      }),
    );
  }
  if (error instanceof UnkeepableText)
    return answerOf(
      new HubError(
        'invalid_request',
        'A text of the request holds the character U+0000, which cannot be kept or looked for.',
      ),
    );
  if (error instanceof CannotOpen) return answerOf(new HubError('conflict', error.message));
  if (error instanceof ZodError) return answerOf(hubErrorOfZod(error));
  const known = ofFastify(error, accepted);
  if (known !== undefined) return answerOf(known);
  return {
    status: 500,
    code: undefined,
    graphCode: 'generalException',
    field: undefined,
    retryAfterSeconds: undefined,
    message: 'Something went wrong in Sallyport. The log of the server tells more under this request id.',
  };
}

function graphErrorBody(
  answer: ErrorAnswer,
  ids: { readonly requestId: string; readonly clientRequestId: string },
  now: number,
): GraphErrorBody {
  return {
    error: {
      code: answer.graphCode,
      message: answer.message,
      ...(answer.field === undefined ? {} : { target: answer.field }),
      innerError: {
        ...(answer.code === undefined ? {} : { code: answer.code }),
        date: isoTime(now),
        'request-id': ids.requestId,
        'client-request-id': ids.clientRequestId,
      },
    },
  };
}

/** The error handler of the server. Surfaces with another error format of their own set theirs in their plugin. */
export function createErrorHandler(
  clock: Clock,
): (error: unknown, request: FastifyRequest, reply: FastifyReply) => void {
  return (error, request, reply) => {
    const answer = answerOf(error, { mediaType: 'application/json', bodyBytes: request.routeOptions.bodyLimit });
    if (answer.status === 500) request.log.error({ err: error }, 'a request failed by a fault of ours');
    setErrorHeaders(answer, request, reply);
    const ids = { requestId: request.id, clientRequestId: clientRequestId(request.raw) ?? request.id };
    reply
      .code(answer.status)
      .header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify(graphErrorBody(answer, ids, clock.now())));
  };
}

/** Retry-After and, unless the route named its own scheme, WWW-Authenticate (RFC 6750 section 3). */
export function setErrorHeaders(answer: ErrorAnswer, request: FastifyRequest, reply: FastifyReply): void {
  // Fastify would close at once, and a client that is still sending would see a broken connection instead of the answer.
  // What still comes is read and forgotten, as after any refusal, within the time for a request.
  if (answer.code === 'body_too_large') reply.removeHeader('connection');
  if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(answer.retryAfterSeconds)));
  if (answer.status === 401 && !reply.hasHeader('www-authenticate')) {
    reply.header(
      'www-authenticate',
      request.headers.authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"',
    );
  }
}

/** A failed validation as an error that names the first offending field, and says how many more there are. */
function hubErrorOfZod(error: ZodError): HubError {
  const [first, ...more] = error.issues;
  if (first === undefined) return new HubError('invalid_request', 'The request is not valid.');
  const field = offenderOf(first);
  // A member that is not known is named by its message already.
  const subject = first.code === 'unrecognized_keys' ? '' : `${field === '' ? 'The body' : field} `;
  const others =
    more.length === 0
      ? ''
      : ` (and ${more.length} more: ${more
          .slice(0, 5)
          .map((issue) => offenderOf(issue) || 'the body')
          .join(', ')})`;
  return new HubError(
    'invalid_request',
    `${subject}${first.message.replace(/\.$/, '')}${others}.`,
    field === '' ? {} : { field },
  );
}

function offenderOf(issue: ZodError['issues'][number]): string {
  return fieldOf(issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path);
}

/** `['conditions', 'users', 'includeUsers', 0]` as `conditions.users.includeUsers[0]`. */
export function fieldOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((field, part) => {
    if (typeof part === 'number') return `${field}[${part}]`;
    return field === '' ? String(part) : `${field}.${String(part)}`;
  }, '');
}

function withField(message: string, field: string | undefined): string {
  return field === undefined || message.includes(field) ? message : `${field}: ${message}`;
}

/** Fastify's own refusals, by its codes; everything else of status 4xx is a refusal of a library below it. */
function ofFastify(error: unknown, { mediaType, bodyBytes }: Accepted): HubError | undefined {
  const { code, statusCode } = error as Partial<FastifyError>;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new HubError(
        'body_too_large',
        bodyBytes === undefined
          ? 'The body is larger than this route takes.'
          : `The body is larger than the ${bodyBytes} bytes that this route takes.`,
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new HubError(
        'unsupported_media_type',
        `The Content-Type of the body is not one that this route takes; send ${mediaType}.`,
        { field: 'Content-Type' },
      );
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new HubError('invalid_request', 'The body is not as long as Content-Length says.', {
        field: 'Content-Length',
      });
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new HubError('invalid_request', 'The path of the request cannot be read.');
    default:
      return statusCode !== undefined && statusCode >= 400 && statusCode < 500
        ? new HubError('invalid_request', 'The request cannot be read.', {}, { cause: error })
        : undefined;
  }
}
