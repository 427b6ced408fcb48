import type { Policy, SignIn } from '../scenario.ts';

/** One way to decide, ready to be asked. The inputs were prepared beforehand, so that only deciding is timed. */
export interface Engine {
  /** Sign-in number `index` of those that the engine was made for. */
  decide(index: number): boolean | Promise<boolean>;
}

export type MakeEngine = (policies: readonly Policy[], signIns: readonly SignIn[]) => Engine | Promise<Engine>;
