import type { Style } from '../../output/style.ts';
import { facts } from '../../output/table.ts';
import { instant } from '../shared/paint.ts';

export const CLOCK = '/admin/v1/clock';

export interface ClockResource {
  readonly dateTime: string;
  readonly doubt: 'jump' | 'behindMark' | 'database' | null;
  readonly deletionHeld: boolean;
  readonly pulledBack: number;
}

const DOUBTS = {
  jump: 'yes: it jumped by more than five minutes',
  behindMark: 'yes: it is behind the time that the hub stored last',
  database: 'yes: it differs from the clock of the database by more than five minutes',
} as const;

export function clockText({ dateTime, doubt, deletionHeld, pulledBack }: ClockResource, style: Style): string {
  return facts(
    [
      ['Time that counts', instant(dateTime)],
      ['In doubt', doubt === null ? 'no' : DOUBTS[doubt]],
      ['Deleting what is old', deletionHeld ? 'waits until the time is confirmed' : 'goes on'],
      ['Times pulled back', String(pulledBack)],
    ],
    style,
  );
}
