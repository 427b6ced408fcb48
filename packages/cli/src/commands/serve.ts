import type { LongRunning } from '../frame/command.ts';

export const serve: LongRunning = {
  name: 'serve',
  summary: 'Run the hub',
  async start(argv, { env }) {
    // Loaded only when wanted: the hub is much larger than the rest of the program.
    const hub = await import('@sallyport/hub/main.ts');
    return hub.serve(argv, { ...env });
  },
};
