import type { FastifyBaseLogger } from 'fastify';

type Bindings = Parameters<FastifyBaseLogger['child']>[0];
type Options = Parameters<FastifyBaseLogger['child']>[1];
type Said = Parameters<FastifyBaseLogger['info']>;

/**
 * The log of one request, which becomes a child of the server's with the first line. Most requests say nothing,
 * and to make a child costs as much as to check a report: what is bound to it is searched for secrets.
 */
export class RequestLog implements FastifyBaseLogger {
  readonly #parent: FastifyBaseLogger;
  readonly #bindings: Bindings;
  readonly #options: Options;
  #own: FastifyBaseLogger | undefined;

  constructor(parent: FastifyBaseLogger, bindings: Bindings, options: Options) {
    this.#parent = parent;
    this.#bindings = bindings;
    this.#options = options;
  }

  get level(): string {
    return this.#parent.level;
  }

  child(bindings: Bindings, options?: Options): FastifyBaseLogger {
    return this.#log.child(bindings, options) as FastifyBaseLogger;
  }

  fatal(...said: Said): void {
    this.#log.fatal(...said);
  }
  error(...said: Said): void {
    this.#log.error(...said);
  }
  warn(...said: Said): void {
    this.#log.warn(...said);
  }
  info(...said: Said): void {
    this.#log.info(...said);
  }
  debug(...said: Said): void {
    this.#log.debug(...said);
  }
  trace(...said: Said): void {
    this.#log.trace(...said);
  }
  silent(...said: Said): void {
    this.#log.silent(...said);
  }

  get #log(): FastifyBaseLogger {
    return (this.#own ??= this.#parent.child(this.#bindings, this.#options) as FastifyBaseLogger);
  }
}
