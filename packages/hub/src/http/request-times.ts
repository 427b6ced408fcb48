import type { Metric, Registry } from 'prom-client';

/** Adds one answered request, in seconds, to the figures of a route. */
export type RequestTimer = (seconds: number) => void;

interface RequestLabels {
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

const NAME = 'sallyport_http_request_duration_seconds';
/** Seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/**
 * How long requests took by route and status: a histogram of Prometheus. Not one of `prom-client`, which looks
 * the labels up with every request; that costs a twentieth of a decision.
 */
export class RequestTimes {
  readonly name = NAME;
  readonly #rows = new Map<string, Row>();

  constructor(registry: Registry) {
    // All that a registry asks of a metric is its name and its figures.
    registry.registerMetric(this as unknown as Metric);
  }

  /** For whoever has these labels more than once, to be kept. */
  timer(labels: RequestLabels): RequestTimer {
    const key = `${labels.method} ${labels.route} ${labels.status}`;
    const row = this.#rows.get(key) ?? new Row(labels);
    this.#rows.set(key, row);
    return row.add;
  }

  async get(): Promise<object> {
    return {
      name: NAME,
      help: 'Time from the request to the end of its answer',
      type: 'histogram',
      aggregator: 'sum',
      values: [...this.#rows.values()].flatMap((row) => row.figures()),
    };
  }
}

class Row {
  readonly #labels: RequestLabels;
  /** How many took no longer than each bound and longer than the one before it; the last is for all that took longer. */
  readonly #counts = BOUNDS.map(() => 0).concat(0);
  #sum = 0;

  constructor(labels: RequestLabels) {
    this.#labels = labels;
  }

  readonly add = (seconds: number): void => {
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] as number)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#sum += seconds;
  };

  figures(): object[] {
    const labels = this.#labels;
    let count = 0;
    const buckets = this.#counts.map((more, i) => {
      count += more;
      return { metricName: `${NAME}_bucket`, labels: { le: BOUNDS[i] ?? '+Inf', ...labels }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${NAME}_sum`, labels, value: this.#sum },
      { metricName: `${NAME}_count`, labels, value: count },
    ];
  }
}
