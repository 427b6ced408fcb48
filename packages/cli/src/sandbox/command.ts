import { once } from 'node:events';
import type { Io } from '../frame/command.ts';
import { EXIT } from '../frame/exit-codes.ts';
import { alone, text, texts, type ValuesOf } from '../frame/flags.ts';
import { parseLine } from '../frame/parse-line.ts';
import { listenAddress, publicAddress } from './addresses.ts';
import { startSandbox } from './sandbox.ts';

const SANDBOX_FLAGS = {
  partner: texts('NAME', 'Partner to make a connector for: a short name such as lookout, or any other'),
  listen: text('HOST:PORT', 'Where to listen; port 0 for any free one. Default: localhost:0'),
  publicUrl: text('URL', 'How the partner reaches it, where that is another address, such as that of a tunnel'),
} as const;

const FLAGS = { ...SANDBOX_FLAGS, help: alone('Tell this') } as const;

const HELP = `Usage: sallyport sandbox [--partner NAME ...] [--listen HOST:PORT] [--public-url URL]

Runs a hub for trying out an integration with the partner API: in a temporary folder, with phones that do not
exist, until Ctrl-C. Calls can be spoiled on demand (503, 429, a lost answer, a slow answer). Prints where
everything a partner needs is kept, and then the line "ready URL". Nothing is left behind.

  --partner NAME      ${FLAGS.partner.help}. May be repeated. Default: "Sandbox partner"
  --listen HOST:PORT  ${FLAGS.listen.help}
  --public-url URL    ${FLAGS.publicUrl.help}
`;

/** `sallyport sandbox`. Answers 0 when it was ended by Ctrl-C or the like. */
export async function runSandbox(argv: readonly string[], io: Io): Promise<number> {
  if (argv.includes('-h') || argv.includes('--help')) {
    io.stdout.write(HELP);
    return EXIT.ok;
  }
  const flags = parseLine(argv, {}, FLAGS).flags as ValuesOf<typeof FLAGS>;
  // Listening from the start: a stop that comes while the sandbox still opens is an orderly one too.
  const stopped = Promise.race((['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => once(process, signal)));
  const sandbox = await startSandbox({
    partners: flags.partner.length === 0 ? [USUAL_PARTNER] : flags.partner,
    listen: listenAddress(flags.listen),
    publicUrl: publicAddress(flags.publicUrl),
  });
  try {
    io.stdout.write(
      `Partner kit      ${sandbox.kitFile} (addresses, credentials, devices)\nHub's log        ${sandbox.folder}/hub.log\nready ${sandbox.baseUrl}\n`,
    );
    await stopped;
    return EXIT.ok;
  } finally {
    await sandbox.close();
  }
}

export const USUAL_PARTNER = 'Sandbox partner';
