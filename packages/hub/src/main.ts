import { compose } from './compose/compose.ts';
import type { Hub } from './compose/parts.ts';
import { createLog } from './platform/log.ts';
import { helpOfServe, parseServeSettings } from './platform/settings.ts';
import { startProblem } from './platform/start-problem.ts';

/**
 * `sallyport serve`: runs a hub until SIGTERM or SIGINT. Standard output gets what a person or a script waits
 * for, ending with the line `ready https://...`; the structured log goes to standard error. Resolves with the
 * exit code: 0 after an orderly stop, 2 for wrong settings, 1 when the hub cannot start.
 */
export async function serve(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(helpOfServe());
    return 0;
  }
  const parsed = parseServeSettings(argv, env);
  if (!parsed.ok) {
    process.stderr.write(
      `sallyport serve: the settings are not right.\n${parsed.problems.map((p) => `  ${p}\n`).join('')}Run "sallyport serve --help" for all settings.\n`,
    );
    return 2;
  }
  // Listening from the start: a stop that comes while the hub still opens is an orderly one too.
  const stop = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.resolve(signal));
  const log = createLog(parsed.settings.logLevel);
  let hub: Hub;
  try {
    hub = await compose(parsed.settings, log);
  } catch (error) {
    log.fatal({ err: error }, 'the hub could not start');
    process.stderr.write(`sallyport serve: ${startProblem(error, parsed.settings)}\n`);
    return 1;
  }
  process.stdout.write(greeting(hub));
  const signal = await stop.promise;
  log.info({ signal }, 'stopping: finishing what is in flight');
  await hub.close();
  log.info('stopped');
  return 0;
}

function greeting({ baseUrl, caFile, adminFile, syslog, notes }: Hub): string {
  const lines = [
    `Console          ${baseUrl}/console (comes with a later version)`,
    `API reference    ${baseUrl}/openapi.json`,
    `CA certificate   ${caFile ?? 'your own'}`,
    `Administrator    ${adminFile ?? 'kept elsewhere'}`,
    ...(syslog === undefined
      ? []
      : [
          `Syslog over TLS  ${syslog.address} (senders trust ${syslog.caFile ?? 'the authority of your own certificate'})`,
        ]),
    ...notes.map((note) => `Note             ${note}`),
    `ready ${baseUrl}`,
  ];
  return `${lines.join('\n')}\n`;
}
