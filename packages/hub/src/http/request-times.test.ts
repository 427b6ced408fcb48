import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { RequestTimes } from './request-times.ts';

const ROUTES = [
  { method: 'GET', route: '/a', status: 200 },
  { method: 'GET', route: '/a', status: 404 },
  { method: 'POST', route: 'a "b"\\', status: 200 },
];
const SECONDS = [0, 0.0004, 0.001, 0.0011, 0.25, 0.3, 5, 7];

test('what Prometheus reads is what it would read of prom-client', async () => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const times = new RequestTimes(ours);
  const histogram = new Histogram({
    name: times.name,
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [theirs],
  });
  for (const labels of ROUTES) {
    for (const seconds of SECONDS) {
      times.timer(labels)(seconds);
      histogram.observe(labels, seconds);
    }
  }
  expect(await ours.metrics()).toBe(await theirs.metrics());
});
