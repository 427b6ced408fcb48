/**
 * Everything that can go wrong for a caller, as a closed list. `code` is ours and stable; `graph` is the word
 * that Graph clients branch on. Texts may be improved at any time. A broken invariant of our own is no code:
 * it is a plain Error and becomes a 500.
 */
export const ERRORS = {
  invalid_request: { status: 400, graph: 'BadRequest' },
  unsupported_query: { status: 400, graph: 'BadRequest' },
  invalid_json: { status: 400, graph: 'BadRequest' },
  unauthenticated: { status: 401, graph: 'InvalidAuthenticationToken' },
  permission_missing: { status: 403, graph: 'Authorization_RequestDenied' },
  not_bound_to_connector: { status: 403, graph: 'Authorization_RequestDenied' },
  inventory_not_shared: { status: 403, graph: 'Authorization_RequestDenied' },
  not_found: { status: 404, graph: 'ResourceNotFound' },
  route_not_found: { status: 404, graph: 'ResourceNotFound' },
  method_not_allowed: { status: 405, graph: 'BadRequest' },
  already_exists: { status: 409, graph: 'nameAlreadyExists' },
  conflict: { status: 409, graph: 'Conflict' },
  connector_unavailable: { status: 409, graph: 'Conflict' },
  precondition_failed: { status: 412, graph: 'resourceModified' },
  body_too_large: { status: 413, graph: 'BadRequest' },
  unsupported_media_type: { status: 415, graph: 'BadRequest' },
  too_many_requests: { status: 429, graph: 'TooManyRequests' },
  not_implemented: { status: 501, graph: 'notSupported' },
  busy: { status: 503, graph: 'serviceNotAvailable' },
} as const satisfies Record<string, { status: number; graph: string }>;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorDetails {
  /** The offending field, as a path in the caller's own document: `conditions.users.includeUsers[0]`, `$filter`. */
  readonly field?: string;
  readonly retryAfterSeconds?: number;
  /** The message is in the words of another API, which clients compare: it is sent as it is, without the field before it. */
  readonly verbatim?: boolean;
}

/** An error that is the caller's to mend. `message` says what is wrong, where, and what to do. */
export class HubError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HubError';
    this.code = code;
    this.details = details;
  }
}

/** `invalid_request` about one field: "FIELD PROBLEM." */
export function invalidField(field: string, problem: string): HubError {
  return new HubError('invalid_request', `${field} ${problem}.`, { field });
}
