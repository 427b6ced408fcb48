import type { LongRunning } from '../frame/command.ts';

export const sandbox: LongRunning = {
  name: 'sandbox',
  summary: 'Run a hub with made-up phones, for trying out an integration with the partner API',
  async start(argv, io) {
    const { runSandbox } = await import('../sandbox/command.ts');
    return runSandbox(argv, io);
  },
};
