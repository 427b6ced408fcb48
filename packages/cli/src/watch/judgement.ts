import type { StepState } from '../conformance/conformance-report.ts';
import type { Seen } from './seen.ts';

export interface Judgement {
  readonly state: StepState;
  readonly detail?: string | undefined;
}

/** A step of the scenario: what is right, what to do for it, and how it is seen. */
export interface ScenarioStep {
  readonly id: string;
  readonly title: string;
  readonly required: boolean;
  /** What the vendor does on its side; absent where it follows from the other steps. */
  readonly instruction?: string | undefined;
  judge(seen: Seen): Judgement;
}

export const passed = (detail?: string): Judgement => ({ state: 'passed', detail });
export const failed = (detail: string): Judgement => ({ state: 'failed', detail });
export const waiting = (detail?: string): Judgement => ({ state: 'waiting', detail });
