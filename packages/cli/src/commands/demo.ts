import type { LongRunning } from '../frame/command.ts';

export const demo: LongRunning = {
  name: 'demo',
  summary: "See the way from a vendor's report to a closed door and back, on a hub of its own",
  async start(argv, io) {
    const { demo: play } = await import('../demo/demo.ts');
    return play(argv, io);
  },
};
