export type OutboundErrorCode =
  /** Not https, or an address that is not public and not allowed. Trying again will not help. */
  | 'destination_refused'
  | 'timeout'
  | 'response_too_large'
  /** The caller's own `signal`. */
  | 'aborted'
  /** Name not found, connection refused or cut, certificate not trusted. */
  | 'connection_failed';

/** Its message names the origin only: paths and queries of vendors carry tokens. */
export class OutboundError extends Error {
  readonly code: OutboundErrorCode;
  constructor(code: OutboundErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OutboundError';
    this.code = code;
  }
}
