import type { FastifyBaseLogger } from 'fastify';
import type { ClockControl } from '../pipeline/watch-clock.ts';
import { hasElapsed, type Clock } from '../platform/clock.ts';
import { DatabaseFileLost, type Store } from '../store/store.ts';

/** One thing that must be so before requests are sent here. */
export interface ReadinessCheck {
  readonly name: string;
  /** Rejects when it is not so. Resolves to `degraded` where an administrator has to look, and requests are answered all the same. */
  check(): Promise<unknown>;
}

const DEGRADED = 'degraded';
export const CHECK_RESULTS = ['ok', DEGRADED, 'failed'] as const;

export interface ReadinessResult {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, (typeof CHECK_RESULTS)[number]>>;
}

const REMEMBERED_MS = 2_000;
const PATIENCE_MS = 3_000;

/** Runs the checks together, at most once in two seconds however often it is asked, since anybody may ask. */
export function createReadiness(
  checks: readonly ReadinessCheck[],
  clock: Clock,
  log: FastifyBaseLogger,
): () => Promise<ReadinessResult> {
  const logged = new Map<string, string>();
  let latest: { readonly at: number; readonly result: Promise<ReadinessResult> } | undefined;
  return () => {
    if (latest === undefined || hasElapsed(latest.at, REMEMBERED_MS, clock.now()))
      latest = { at: clock.now(), result: runChecks(checks, log, logged) };
    return latest.result;
  };
}

/** @param logged by check: the problem that the log names already, since anybody may ask, and as often as they like */
async function runChecks(
  checks: readonly ReadinessCheck[],
  log: FastifyBaseLogger,
  logged: Map<string, string>,
): Promise<ReadinessResult> {
  const outcomes = await Promise.all(
    checks.map(async ({ name, check }) => {
      try {
        const outcome = (await withinPatience(check())) === DEGRADED ? DEGRADED : 'ok';
        logged.delete(name);
        return [name, outcome] as const;
      } catch (error) {
        const problem = (error as Error).message;
        if (logged.get(name) !== problem) log.warn({ check: name, problem }, 'not ready');
        logged.set(name, problem);
        return [name, 'failed'] as const;
      }
    }),
  );
  return { ready: outcomes.every(([, outcome]) => outcome !== 'failed'), checks: Object.fromEntries(outcomes) };
}

async function withinPatience(work: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${PATIENCE_MS} ms.`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the database takes writes: a full disk lets everything else look well. */
export function storeIsWritable(store: Pick<Store, 'transaction'>, clock: Clock): ReadinessCheck {
  return { name: 'store', check: () => probe(store, clock) };
}

/** Whether the database's file is still the one that was opened. Names the cause where `storeIsWritable` fails, too. */
export function databaseFileIsInPlace(store: Pick<Store, 'transaction'>, clock: Clock): ReadinessCheck {
  return {
    name: 'databaseFile',
    check: () =>
      probe(store, clock).catch((error: unknown) => {
        if (error instanceof DatabaseFileLost) throw error;
      }),
  };
}

/** Whether the hub knows what time it is. In doubt it decides and takes reports, but lets no good news count. */
export function clockIsSure(control: ClockControl | undefined): ReadinessCheck {
  return {
    name: 'clock',
    check: async () => {
      const doubt = control?.state().doubt ?? null;
      if (doubt !== null)
        throw new Error(
          `The clock is in doubt (${doubt}). Set the machine's clock right, or confirm it: sallyport clock confirm`,
        );
    },
  };
}

/** What no administrator makes. */
const MENDED: Readonly<Record<string, string>> = {
  connectorStatus: 'it is written anew when the partner reports next, or calls /partner/v1/provision',
};

/** Whether every stored document can be read. One that cannot is closed by itself, and costs nobody else anything. */
export function documentsAreReadable(
  unreadable: () => readonly { readonly kind: string; readonly id: string }[],
  log: Pick<FastifyBaseLogger, 'error'>,
): ReadinessCheck {
  const logged = new Set<string>();
  return {
    name: 'documents',
    check: async () => {
      const found = unreadable();
      for (const { kind, id } of found) {
        if (logged.has(`${kind} ${id}`)) continue;
        logged.add(`${kind} ${id}`);
        log.error(
          { kind, id },
          `the ${kind} ${id} in the database cannot be read, so what it allows is closed: ${MENDED[kind] ?? 'delete it and make it again, or restore it from the backup'}`,
        );
      }
      return found.length === 0 ? undefined : DEGRADED;
    },
  };
}

function probe(store: Pick<Store, 'transaction'>, clock: Clock): Promise<unknown> {
  return store.transaction((tx) => tx.documents.put('tenant', 'write-probe', {}, clock.now()));
}
