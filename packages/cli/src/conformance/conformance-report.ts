/** `waiting`: not seen yet; when the run has ended, never seen. */
export type StepState = 'passed' | 'failed' | 'waiting';

/** One thing that an integration has to do right. */
export interface Step {
  /** Stable: scripts may rely on it. */
  readonly id: string;
  /** What is right, as a statement. */
  readonly title: string;
  /** false: good practice; it does not decide whether the run passes. */
  readonly required: boolean;
  readonly state: StepState;
  /** What was seen, or what is still to be done. */
  readonly detail: string | undefined;
}

/** The outcome of a run, for people and for machines (`--json`). */
export interface ConformanceReport {
  /** `verify`: a client against a hub; `watch`: an integration against a sandbox. */
  readonly kind: 'verify' | 'watch';
  readonly partner: string;
  readonly hub: string;
  readonly startedDateTime: string;
  readonly endedDateTime: string;
  /** Whether every required step passed. */
  readonly passed: boolean;
  readonly steps: readonly Step[];
}

export function isPassed(steps: readonly Step[]): boolean {
  return steps.every(({ required, state }) => !required || state === 'passed');
}

/** How the state of a step is put into words. */
export function stateInWords({ state, required }: Pick<Step, 'state' | 'required'>): string {
  if (state === 'passed') return 'passed';
  if (!required) return 'recommended';
  return state === 'failed' ? 'failed' : 'not seen';
}

export function verdictInWords({ passed, steps }: ConformanceReport): string {
  const required = steps.filter((step) => step.required);
  const good = required.filter(({ state }) => state === 'passed').length;
  return passed
    ? `Passed: all ${required.length} required steps.`
    : `Not passed: ${good} of ${required.length} required steps.`;
}
