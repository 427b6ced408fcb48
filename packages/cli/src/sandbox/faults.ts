import { FAULT_KINDS, type Fault, type FaultKind } from './exchange.ts';

/** Faults that are waiting for the next calls of a partner. */
export interface FaultOrder {
  readonly fault: Fault;
  /** How many calls are still to be spoiled. */
  readonly times: number;
}

export class Faults {
  readonly #orders = new Map<string, FaultOrder>();

  set(clientId: string, order: FaultOrder): void {
    this.#orders.set(clientId, order);
  }

  clear(clientId: string): void {
    this.#orders.delete(clientId);
  }

  get(clientId: string): FaultOrder | undefined {
    return this.#orders.get(clientId);
  }

  /** The fault for this call, if one waits for it. */
  take(clientId: string | undefined): Fault | undefined {
    const order = clientId === undefined ? undefined : this.#orders.get(clientId);
    if (clientId === undefined || order === undefined) return undefined;
    if (order.times > 1) this.#orders.set(clientId, { ...order, times: order.times - 1 });
    else this.#orders.delete(clientId);
    return order.fault;
  }
}

const USUAL_RETRY_AFTER_SECONDS = 3;
const USUAL_DELAY_MS = 5_000;

export function faultOf(
  kind: FaultKind,
  { retryAfterSeconds = USUAL_RETRY_AFTER_SECONDS, delayMs = USUAL_DELAY_MS }: Partial<Fault> = {},
): Fault {
  return { kind, retryAfterSeconds, delayMs };
}

/** @throws Error saying what is wrong, for the one who ordered it */
export function readFaultOrder(body: unknown): FaultOrder {
  if (typeof body !== 'object' || body === null)
    throw new Error(
      `The body must be JSON such as {"kind":"unavailable","times":1}; kind is one of ${FAULT_KINDS.join(', ')}.`,
    );
  const { kind, times = 1, retryAfterSeconds, delayMs } = body as Readonly<Record<string, unknown>>;
  if (!FAULT_KINDS.includes(kind as FaultKind)) throw new Error(`kind must be one of ${FAULT_KINDS.join(', ')}.`);
  const fault = faultOf(kind as FaultKind, {
    ...(retryAfterSeconds !== undefined && {
      retryAfterSeconds: wholeNumber('retryAfterSeconds', retryAfterSeconds, 3_600),
    }),
    ...(delayMs !== undefined && { delayMs: wholeNumber('delayMs', delayMs, 120_000) }),
  });
  return { fault, times: wholeNumber('times', times, 1_000, 1) };
}

function wholeNumber(name: string, value: unknown, most: number, least = 0): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new Error(`${name} must be a whole number from ${least} to ${most}.`);
  return value;
}
