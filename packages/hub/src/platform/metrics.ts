import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/**
 * The figures that Prometheus reads, one registry a hub. `prom-client` keeps the text format and knows what is
 * worth telling of a Node process (memory, event loop, garbage collection).
 */
export function createMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** A figure that is looked up when it is asked for; `read` answers values by their label. */
export function addGauge(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  read: () => Promise<Iterable<readonly [string, number]>>,
): void {
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      this.reset();
      for (const [value, count] of await read()) this.set({ [label]: value }, count);
    },
  });
}

/** A count since the start that is looked up when it is asked for; `read` answers labels with their count. */
export function addCounter<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  read: () => Iterable<readonly [Readonly<Record<Label, string>>, number]>,
): void {
  new Counter<Label>({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, count] of read()) this.inc(labels, count);
    },
  });
}
