import type { LongRunning } from '../frame/command.ts';
import { demo } from './demo.ts';
import { sandbox } from './sandbox.ts';
import { serve } from './serve.ts';

/** In the order of `--help`. */
export const LONG_RUNNING: readonly LongRunning[] = [serve, demo, sandbox];
