import { command } from '../../frame/command.ts';

export const heartbeat = command({
  name: 'heartbeat',
  summary: 'Say, as a partner, that the partner is alive',
  description:
    'Calls the partner API as the client that is given; it must be bound to a connector and hold update_device_health.',
  examples: [
    {
      line: 'SALLYPORT_CLIENT_SECRET=... sallyport partner heartbeat --client-id 7c9e6679-7425-40de-944b-e07fc1f90ae7',
    },
  ],
  async run(_, { hub }) {
    await (await hub()).post('/partner/v1/heartbeat');
    return { json: { heartbeat: true }, text: 'The hub knows that this partner is alive.\n' };
  },
});
