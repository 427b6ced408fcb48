import { setTimeout as sleep } from 'node:timers/promises';
import { pushRecord } from '@sallyport/simulators/vendors/zimperium';
import type { Style } from '../output/style.ts';
import { plain } from '../output/plain.ts';
import { labelled } from '../output/wrap.ts';
import { evaluate } from './authzen-gate.ts';
import type { Met } from './gate.ts';
import { lookoutStory } from './lookout-events.ts';
import { ADA, ALAN, PLACES, type Person, type Place } from './people.ts';
import { zimperiumPath } from './set-up.ts';
import type { Stage } from './stage.ts';
import { zimperiumStory } from './zimperium-records.ts';

/** One report and what follows from it. */
interface Step {
  readonly title: string;
  readonly person: Person;
  readonly opens: boolean;
  send(): Promise<void> | void;
  /** `Date.now()` before which it cannot have happened. */
  notBefore?(): number;
}

/** Columns of the lines that tell why. */
const INDENT = 18;
const WIDTH = 118;

/** How long a door may take before the play is given up. A real one takes milliseconds. */
const PATIENCE_MS = 10_000;

/** Plays the scenario; throws when a door does not do what it should. */
export async function play(stage: Stage, say: (text: string) => void, style: Style): Promise<void> {
  const [lookout, zimperium] = await Promise.all([lookoutStory(), zimperiumStory()]);
  const tell = (events: readonly Readonly<Record<string, unknown>>[]): void => {
    stage.lookout.tell(...events);
  };
  const push = (record: object): Promise<void> =>
    pushRecord(`${stage.hub.baseUrl}${zimperiumPath()}`, stage.ca, stage.zimperiumSecret, record);
  await before(stage, say, style);
  const steps: readonly Step[] = [
    {
      title: "Lookout says for the first time how Ada's phone is: secure",
      person: ADA,
      opens: true,
      send: () => tell(lookout.secure()),
    },
    {
      title: "Zimperium says for the first time how Alan's phone is: nothing of weight",
      person: ALAN,
      opens: true,
      send: () => push(zimperium.harmless()),
    },
    {
      title: "Lookout reports a man-in-the-middle network on Ada's phone",
      person: ADA,
      opens: false,
      send: () => tell(lookout.manInTheMiddle()),
    },
    {
      title: 'Ada leaves the network; Lookout reports that it is resolved',
      person: ADA,
      opens: true,
      send: () => tell(lookout.resolved()),
    },
    {
      title: "Zimperium reports a malicious app on Alan's phone",
      person: ALAN,
      opens: false,
      send: () => push(zimperium.maliciousApp()),
    },
    {
      title: 'Alan removes the app; Zimperium reports that it is mitigated',
      person: ALAN,
      opens: true,
      send: async () => push(zimperium.mitigated()),
      notBefore: zimperium.mitigatedFrom,
    },
  ];
  for (const [index, step] of steps.entries()) {
    say(`\n${style.bold(`${index + 1}. ${step.title}`)}\n`);
    await playStep(stage, step, say, style);
  }
}

async function before({ gate }: Stage, say: (text: string) => void, style: Style): Promise<void> {
  say(
    `\n${style.bold('Before any report')}: mail and files ask for a compliant phone, and nobody has vouched for these two yet\n`,
  );
  for (const person of [ADA, ALAN]) {
    const met = await Promise.all(PLACES.map((place) => gate.ask(person, place)));
    for (const one of met) expect(!one.granted, `${person.name} was let in before any report`);
    say(
      `   ${person.name.padEnd(5)} ${PLACES.map((place, i) => `${place.name} ${style.bad('closed')} (${met[i]?.answer ?? ''})`).join('   ')}\n`,
    );
  }
}

async function playStep(stage: Stage, step: Step, say: (text: string) => void, style: Style): Promise<void> {
  const { person, opens } = step;
  await sleep(Math.max(0, (step.notBefore?.() ?? 0) - Date.now()));
  const sentAt = performance.now();
  const watched = Promise.all([
    stage.door.next(
      ({ event, data, at }) =>
        event === 'access-changed' &&
        data['deviceId'] === person.deviceId &&
        data['compliant'] === opens &&
        at >= sentAt,
    ),
    ...PLACES.map((place) => until(stage, person, place, opens)),
  ]);
  // Heard below; should sending fail before, that is what is told.
  watched.catch(() => undefined);
  await step.send();
  const [told, ...seen] = await inTime(watched, step.title);
  for (const [index, { met, at }] of seen.entries()) {
    const place = PLACES[index]?.name ?? '';
    say(
      `   ${person.name.padEnd(5)} ${place.padEnd(6)} ${opens ? style.good('open') : style.bad('closed')} (${met.answer})   ${milliseconds(at - sentAt)} after the report was sent\n`,
    );
  }
  say(`   ${style.dim(`the door heard of it from the hub after ${milliseconds(told.at - sentAt)}`)}\n`);
  await reasons(stage, step, seen[0]?.met, say, style);
}

async function reasons(
  { hub }: Stage,
  { person, opens }: Step,
  met: Met | undefined,
  say: (text: string) => void,
  style: Style,
): Promise<void> {
  const { decision, context } = await evaluate(hub, person, PLACES[0]);
  expect(decision === opens, `the AuthZEN API says ${String(decision)} where the door says otherwise`);
  const line = (label: string, text: string): void =>
    say(labelled(`   ${style.dim(label.padEnd(INDENT - 3))}`, text, { indent: INDENT, width: WIDTH }));
  line(
    'decision',
    `${decision ? style.good('grant') : style.bad('deny')}: ${context.reasons.map(({ code }) => code).join(', ')}`,
  );
  if (decision) return;
  line('why', plain(context.reason_admin.en));
  line(`to ${person.name} (${person.language})`, plain(met?.text ?? context.reason_user[person.language] ?? ''));
  line('more', context.remediation_url ?? '');
}

/** Asks the gate again and again until it answers so. */
async function until(
  { gate }: Stage,
  person: Person,
  place: Place,
  opens: boolean,
): Promise<{ readonly met: Met; readonly at: number }> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
    const met = await gate.ask(person, place);
    if (met.granted === opens) return { met, at: performance.now() };
  }
  throw new Error(
    `${place.name} did not ${opens ? 'open' : 'close'} for ${person.name} within ${PATIENCE_MS / 1_000} seconds`,
  );
}

async function inTime<T>(watched: Promise<T>, title: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`"${title}" had no effect within ${PATIENCE_MS / 1_000} seconds`)),
    PATIENCE_MS + 500,
  );
  try {
    return await Promise.race([watched, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function expect(isSo: boolean, problem: string): void {
  if (!isSo) throw new Error(problem);
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(1).padStart(6)} ms`;
}
