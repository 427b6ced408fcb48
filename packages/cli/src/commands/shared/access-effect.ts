import type { Changed } from '@sallyport/contracts/client/index.ts';

export type Effect = Pick<Changed<unknown>, 'opened' | 'closed'>;

/** What several changes did; not known where it is not of one of them. */
export function effectTogether(effects: readonly Effect[]): Effect {
  const sum = (counts: readonly (number | undefined)[]): number | undefined =>
    counts.reduce(
      (total: number | undefined, count) => (total === undefined || count === undefined ? undefined : total + count),
      0,
    );
  return { opened: sum(effects.map(({ opened }) => opened)), closed: sum(effects.map(({ closed }) => closed)) };
}

/** What a change did to access, in words; nothing where it did nothing. */
export function accessEffect({ opened, closed }: Effect): string {
  if (opened === undefined || closed === undefined)
    return 'Devices are still being evaluated: it is not known yet how many this opens or closes.\n';
  const parts = [
    ...(opened > 0 ? [`This opened ${devices(opened)} that ${opened === 1 ? 'was' : 'were'} closed.`] : []),
    ...(closed > 0 ? [`This closed ${devices(closed)} that ${closed === 1 ? 'was' : 'were'} open.`] : []),
  ];
  return parts.length === 0 ? '' : `${parts.join(' ')}\n`;
}

function devices(count: number): string {
  return count === 1 ? '1 device' : `${count} devices`;
}
