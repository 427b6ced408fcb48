/** The hub answered, and refused. `message` is the hub's own sentence and names the field. */
export class RequestRefused extends Error {
  readonly status: number;
  /** The word Graph clients branch on, or OAuth's `error`. */
  readonly code: string;
  /** The offending field, as a path in the caller's own document. */
  readonly field: string | undefined;
  /** Under which the hub's log tells more. */
  readonly requestId: string | undefined;

  constructor(
    status: number,
    details: {
      readonly message: string;
      readonly code: string;
      readonly field?: string | undefined;
      readonly requestId?: string | undefined;
    },
  ) {
    super(details.message);
    this.name = 'RequestRefused';
    this.status = status;
    this.code = details.code;
    this.field = details.field;
    this.requestId = details.requestId;
  }
}

/** No answer came, or none that is a hub's. */
export class HubUnreachable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'HubUnreachable';
  }
}

/** What a refusal says, whether in Graph's error envelope or in OAuth's (RFC 6749 section 5.2). */
export function refusalOf(status: number, text: string, requestId: string | undefined): RequestRefused {
  const body = objectIn(text);
  const graph = asObject(body?.error);
  if (graph !== undefined) {
    const inner = asObject(graph.innerError);
    return new RequestRefused(status, {
      message: textOf(graph.message) ?? plainRefusal(status),
      code: textOf(graph.code) ?? String(status),
      field: textOf(graph.target),
      requestId: textOf(inner?.['request-id']) ?? requestId,
    });
  }
  return new RequestRefused(status, {
    message: textOf(body?.error_description) ?? plainRefusal(status),
    code: textOf(body?.error) ?? String(status),
    requestId,
  });
}

function plainRefusal(status: number): string {
  return `The server answered ${status} without saying why; is this address a Sallyport hub?`;
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
