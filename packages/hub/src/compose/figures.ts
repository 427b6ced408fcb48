import type { Registry } from 'prom-client';
import type { ListedTerm } from '../pipeline/ports.ts';
import { addCounter, addGauge } from '../platform/metrics.ts';
import type { DoubtReason } from '../platform/trusted-clock.ts';
import type { Publisher } from '../publish/publisher.ts';
import type { DocumentRow } from '../store/store.ts';
import type { Foundation, Services } from './parts.ts';

/** The figures of the heart and of the streams of events; each wing adds its own. */
export function addFigures(metrics: Registry, foundation: Foundation, services: Services): void {
  addGauges(metrics, foundation);
  addStreamFigures(metrics, services);
}

function addGauges(metrics: Registry, { store, pipeline }: Foundation): void {
  addGauge(metrics, 'sallyport_devices', 'Devices by compliance state', 'state', () => store.postures.countByState());
  addGauge(metrics, 'sallyport_connectors', 'Connectors to partners by state', 'state', async () =>
    countStates(await store.documents.list('connectorStatus')),
  );
  addGauge(
    metrics,
    'sallyport_devices_of_unknown_system',
    'Devices whose operating system has a name that is in no table and has no platform',
    'state',
    async () => unknownSystems(pipeline, store),
  );
  addGauge(
    metrics,
    'sallyport_unknown_terms',
    "Values in vendors' reports that no table holds, by what is done with them",
    'handling',
    async () => countTerms(await pipeline.vocabulary.unknownTerms()),
  );
  addGauge(metrics, 'sallyport_clock_in_doubt', 'Whether the clock is in doubt (1), by reason', 'reason', async () =>
    clockDoubts(pipeline.clockControl?.state().doubt ?? null),
  );
  addCounter(
    metrics,
    'sallyport_times_pulled_back',
    'Stored times that lay ahead of the clock and were pulled back',
    [],
    () => [[{}, pipeline.clockControl?.state().pulledBack ?? 0]],
  );
  addGauge(
    metrics,
    'sallyport_devices_not_unique',
    'Devices with bad news held against them that may be about another one, and records that a newer enrolment superseded',
    'kind',
    async () => Object.entries(pipeline.questions.recordCounts()),
  );
  addCounter(
    metrics,
    'sallyport_reports_of_common_keys_total',
    'Reports whose key more devices carry than maxCandidates of /admin/v1/signal-limits, so that it identifies none',
    [],
    () => [[{}, pipeline.commonKeyReports()]],
  );
  addGauge(
    metrics,
    'sallyport_reports_waiting',
    'Reports whose device is not known (unmatched) or not certain (ambiguous)',
    'status',
    async () => store.reports.countWaiting(),
  );
  addGauge(
    metrics,
    'sallyport_identity_conflicts',
    'Devices of which an older record of a partner reports worse than the newest',
    'kind',
    async () => new Map([['any', (await store.documents.list('identityConflict')).length]]),
  );
  addGauge(
    metrics,
    'sallyport_partner_disagreements',
    'Devices of which partners say different levels',
    'kind',
    async () => new Map([['any', (await pipeline.questions.disagreements(0)).count]]),
  );
}

function addStreamFigures(metrics: Registry, { publisher, alerts }: Services): void {
  const cutsOf = (stream: string, { cuts }: Publisher) =>
    cuts.all().map(({ door, reason, count }) => [{ stream, door, reason }, count] as const);
  addCounter(
    metrics,
    'sallyport_event_stream_cuts_total',
    'Streams of events that the hub cut, by kind of stream, door and reason',
    ['stream', 'door', 'reason'],
    () => [...cutsOf('doors', publisher), ...cutsOf('alerts', alerts)],
  );
  addGauge(
    metrics,
    'sallyport_door_events_behind',
    'Events that a listening door has yet to be given',
    'door',
    async () => publisher.behind(),
  );
}

/** Names come from outside, so they are no label: there may be any number of them. */
async function unknownSystems(
  { questions }: Pick<Foundation['pipeline'], 'questions'>,
  { documents }: Pick<Foundation['store'], 'documents'>,
): Promise<Iterable<readonly [string, number]>> {
  const named = new Set((await documents.list('platformName')).map(({ id }) => id));
  const unnamed = (await questions.ownSystemNames()).filter(({ name }) => !named.has(name));
  const count = (of: (one: (typeof unnamed)[number]) => number): number =>
    unnamed.reduce((sum, one) => sum + of(one), 0);
  return [
    ['closed', count(({ closed }) => closed)],
    ['open', count(({ devices, closed }) => devices - closed)],
  ];
}

function countTerms(terms: readonly ListedTerm[]): Iterable<readonly [string, number]> {
  return (['automatic', 'disregarded', 'enforced'] as const).map((handling) => [
    handling,
    terms.filter(({ handled }) => (handled?.handling ?? 'automatic') === handling).length,
  ]);
}

function clockDoubts(doubt: DoubtReason | null): [DoubtReason, number][] {
  return (['jump', 'behindMark', 'database'] as const).map((reason) => [reason, doubt === reason ? 1 : 0]);
}

/** The states that were last noted; a connector that is newer than a second or so has none yet. */
function countStates(statuses: readonly DocumentRow[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const {
    body: { state },
  } of statuses)
    if (typeof state === 'string') counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
