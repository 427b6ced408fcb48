import { command } from '../../frame/command.ts';
import { limitsText, SIGNAL_LIMITS, type SignalLimitsResource } from './limits-text.ts';

export const get = command({
  name: 'get',
  summary: 'Show for how long, and for how many devices, what partners report counts',
  examples: [{ line: 'sallyport signal-limits get' }],
  async run(_, { hub, style }) {
    const limits = await (await hub()).get<SignalLimitsResource>(SIGNAL_LIMITS);
    return { json: limits, text: limitsText(limits, style) };
  },
});
