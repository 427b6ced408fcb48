import Fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { ERRORS, HubError } from '@sallyport/contracts';
import { StoreBusy } from '../../store/store.ts';

/** For tests: routes with errors answered as the hub does, without a port of its own. */
export async function testRoutes(routes: FastifyPluginAsync): Promise<FastifyInstance> {
  const app = Fastify();
  app.setErrorHandler((error, _request, reply) => {
    const status =
      error instanceof HubError
        ? ERRORS[error.code].status
        : error instanceof StoreBusy
          ? 503
          : ((error as { statusCode?: number }).statusCode ?? 500);
    return reply.code(status).send({ message: (error as Error).message });
  });
  await app.register(routes);
  return app;
}
