import { SIGNAL_LIMIT_NAMES, SIGNAL_LIMIT_RANGES, SIGNAL_LIMIT_TEXTS, type SignalLimits } from '@sallyport/core';
import { command } from '../../frame/command.ts';
import { alone, wholeNumber, type Flag } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { accessEffect } from '../shared/access-effect.ts';
import { previewText, type Preview } from '../shared/preview.ts';
import { limitsText, SIGNAL_LIMITS, type SignalLimitsResource } from './limits-text.ts';

export const set = command({
  name: 'set',
  summary: 'Change for how long, and for how many devices, what partners report counts',
  description:
    'What is not given stays as it is. The whole fleet is evaluated by the new limits at once; findings and contradictory states keep the time that ' +
    'they were given when they were received. "signal-limits get" shows defaults and what a limit other than its default opens.',
  flags: { ...limitFlags(), preview: alone('Store nothing, and say how many devices the change would open and close') },
  examples: [
    { line: 'sallyport signal-limits set --bad-news-days 60 --hold-days 60' },
    { line: 'sallyport signal-limits set --bad-news-days 14 --preview', says: 'how many devices that would open' },
  ],
  async run({ flags }, { hub, style }) {
    const change = Object.fromEntries(
      SIGNAL_LIMIT_NAMES.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])),
    );
    if (Object.keys(change).length === 0) throw new UsageError('Say what is to change, such as --bad-news-days 60.');
    const client = await hub();
    if (flags.preview) {
      const found = await client.post<Preview>(`${SIGNAL_LIMITS}/preview`, change);
      return { json: found, text: await previewText(found, client, style) };
    }
    const { resource: limits, ...effect } = await client.change<SignalLimitsResource>('PATCH', SIGNAL_LIMITS, change);
    return { json: { ...limits, ...effect }, text: limitsText(limits, style) + accessEffect(effect) };
  },
});

function limitFlags(): Record<keyof SignalLimits, Flag<number | undefined>> {
  return Object.fromEntries(
    SIGNAL_LIMIT_NAMES.map((name) => {
      const { default: usual, min, max } = SIGNAL_LIMIT_RANGES[name];
      const { meaning, unit } = SIGNAL_LIMIT_TEXTS[name];
      return [
        name,
        wholeNumber(unit === '%' ? 'PERCENT' : unit.toUpperCase(), `${meaning} ${min} to ${max}. Default: ${usual}`, [
          min,
          max,
        ]),
      ];
    }),
  ) as Record<keyof SignalLimits, Flag<number | undefined>>;
}
