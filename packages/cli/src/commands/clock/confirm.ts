import { command } from '../../frame/command.ts';
import { CLOCK, clockText, type ClockResource } from './clock-text.ts';

export const confirm = command({
  name: 'confirm',
  summary: "Confirm that the clock of the hub's machine is right",
  description:
    'Ends a doubt about the clock, and lets what is old be deleted again. Look at the clock of the machine first.',
  examples: [{ line: 'sallyport clock confirm' }],
  async run(_, { hub, style }) {
    const clock = await (await hub()).post<ClockResource>(`${CLOCK}/confirm`, {});
    return { json: clock, text: clockText(clock, style) };
  },
});
