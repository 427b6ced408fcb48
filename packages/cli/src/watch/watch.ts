import { once } from 'node:events';
import { isPassed, type ConformanceReport, type Step } from '../conformance/conformance-report.ts';
import { stepLine } from '../conformance/render-text.ts';
import type { Style } from '../output/style.ts';
import { startSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { judgeScenario, nextFault, SCENARIO } from './scenario.ts';
import type { WatchSettings } from './seen.ts';

export interface WatchOptions extends WatchSettings {
  readonly partner: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly publicUrl: string | undefined;
  /** The run ends then, however far it has come. */
  readonly mostMs: number;
  /** How long the run goes on when everything is passed: bad manners show only afterwards. */
  readonly lingerMs: number;
  say(text: string): void;
  readonly style: Style;
}

/** Runs a sandbox until an integration has shown everything that is required, time is up, or Ctrl-C. */
export async function watch(options: WatchOptions): Promise<ConformanceReport> {
  const startedAt = Date.now();
  const interrupted = Promise.race((['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => once(process, signal)));
  const done = Promise.withResolvers<void>();
  let lingering: NodeJS.Timeout | undefined;
  let steps = judgeScenario([], options);
  const sandbox = await startSandbox({
    partners: [options.partner],
    listen: options.listen,
    publicUrl: options.publicUrl,
    chooseFault: () => nextFault(sandbox.exchanges, options),
    onExchange: () => {
      const now = judgeScenario(sandbox.exchanges, options);
      for (const line of news(steps, now, options.style)) options.say(line);
      steps = now;
      if (isPassed(steps)) lingering ??= setTimeout(() => done.resolve(), options.lingerMs);
      else {
        clearTimeout(lingering);
        lingering = undefined;
      }
    },
  });
  const timeUp = setTimeout(() => done.resolve(), options.mostMs);
  try {
    options.say(instructions(sandbox, options));
    await Promise.race([done.promise, interrupted]);
  } finally {
    clearTimeout(timeUp);
    clearTimeout(lingering);
    await sandbox.close();
  }
  return {
    kind: 'watch',
    partner: sandbox.partners[0]?.name ?? options.partner,
    hub: sandbox.baseUrl,
    startedDateTime: new Date(startedAt).toISOString(),
    endedDateTime: new Date().toISOString(),
    passed: isPassed(steps),
    steps,
  };
}

/** What came to another state, or has something else to say about why it did not. */
function news(before: readonly Step[], now: readonly Step[], style: Style): readonly string[] {
  return now
    .filter(
      (step, i) =>
        step.state !== before[i]?.state ||
        (step.state === 'waiting' && step.required && step.detail !== before[i]?.detail && step.detail !== undefined),
    )
    .map((step) =>
      step.state === 'waiting'
        ? `${style.dim('waiting')}      ${step.title}\n             ${style.dim(step.detail ?? 'again')}\n`
        : stepLine(step, style),
    );
}

function instructions({ baseUrl, kitFile }: Sandbox, { heartbeatMs, mostMs, style }: WatchOptions): string {
  const todo = SCENARIO.flatMap(({ instruction }) => instruction ?? []).map((line, i) => `  ${i + 1}. ${line}`);
  return `${style.bold('A sandbox waits for your integration')} at ${baseUrl}
Address, credentials and devices: ${kitFile}
Do this on your side, in this order; heartbeats come at least every ${heartbeatMs / 1_000} s, and there are ${Math.round(mostMs / 60_000)} minutes:
${todo.join('\n')}
Some calls will be answered 503, 429 or 401, one answer will be lost: go on as your product does by itself.

`;
}
