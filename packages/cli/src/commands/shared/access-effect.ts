import type { Changed } from '@sallyport/contracts/client/index.ts';

/** What a change did to access, in words; nothing where it did nothing. */
export function accessEffect({ opened, closed }: Pick<Changed<unknown>, 'opened' | 'closed'>): string {
  if (opened === undefined || closed === undefined) return 'Devices are still being evaluated: it is not known yet how many this opens or closes.\n';
  const parts = [
    ...(opened > 0 ? [`This opened ${devices(opened)} that ${opened === 1 ? 'was' : 'were'} closed.`] : []),
    ...(closed > 0 ? [`This closed ${devices(closed)} that ${closed === 1 ? 'was' : 'were'} open.`] : []),
  ];
  return parts.length === 0 ? '' : `${parts.join(' ')}\n`;
}

function devices(count: number): string {
  return count === 1 ? '1 device' : `${count} devices`;
}
