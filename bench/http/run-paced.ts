import { runForJson } from '../shared/child.ts';
import type { Pace, PacedFigures } from './paced-client.ts';

const CLIENT = new URL('./paced-client.ts', import.meta.url);

/** Runs the paced client in a process of its own; `signal` ends it early, and this rejects. */
export function runPaced(pace: Pace, signal?: AbortSignal): Promise<PacedFigures> {
  return runForJson<PacedFigures>(CLIENT, [], [], { PACE: JSON.stringify(pace) }, signal);
}
