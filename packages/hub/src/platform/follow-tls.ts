import type { BaseLogger } from 'pino';
import type { CertificateAndKey } from './certificates.ts';
import type { Clock } from './clock.ts';
import { ensureServerTls } from './tls.ts';

const MINUTE_MS = 60_000;

export interface FollowTlsOptions {
  readonly dir: string;
  readonly hosts: readonly string[];
  /** What is served with now. */
  readonly current: CertificateAndKey;
  readonly clock: Clock;
  readonly log: Pick<BaseLogger, 'error' | 'info' | 'warn'>;
  /** Told of every other pair, for the connections from then on. */
  readonly use: (pair: CertificateAndKey) => void;
}

/**
 * Looks once a minute whether the certificate was replaced by its operator, as programs do that renew
 * certificates, or is one of ours that is about to end; a hub need not be started anew for either. A pair that cannot be used, such
 * as one of which only half is written yet, changes nothing.
 */
export function followServerTls(
  { dir, hosts, current, clock, log, use }: FollowTlsOptions,
  everyMs = MINUTE_MS,
): { stop(): Promise<void> } {
  let { cert, key } = current;
  let problem: string | undefined;
  const look = async (): Promise<void> => {
    try {
      const found = await ensureServerTls(dir, hosts, clock.now(), clock.mayDelete);
      problem = undefined;
      if (found.cert === cert && found.key === key) return;
      use(found);
      ({ cert, key } = found);
      log.info('the server certificate was replaced; new connections are served with the new one');
      for (const warning of found.warnings) log.warn(warning);
    } catch (error) {
      const { message } = error as Error;
      if (message !== problem)
        log.error({ err: error }, 'the server certificate on disk cannot be used; the former one stays');
      problem = message;
    }
  };
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(look);
  }, everyMs).unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
