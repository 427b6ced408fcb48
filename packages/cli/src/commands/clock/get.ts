import { command } from '../../frame/command.ts';
import { CLOCK, clockText, type ClockResource } from './clock-text.ts';

export const get = command({
  name: 'get',
  summary: 'Show whether the clock of the hub is in doubt',
  examples: [{ line: 'sallyport clock get' }],
  async run(_, { hub, style }) {
    const clock = await (await hub()).get<ClockResource>(CLOCK);
    return { json: clock, text: clockText(clock, style) };
  },
});
