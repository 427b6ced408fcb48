import { describe, expect, test } from 'vitest';
import { GROUPS, SINGLES } from './commands/index.ts';
import type { Command } from './frame/command.ts';
import { GLOBAL_FLAGS } from './frame/global-flags.ts';
import { parseLine } from './frame/parse-line.ts';
import { run } from './run.ts';

async function typed(
  ...argv: string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let out = '';
  let err = '';
  const code = await run(argv, {
    env: {},
    readInput: async () => '',
    stdout: {
      write: (text) => {
        out += text;
      },
    },
    stderr: {
      write: (text) => {
        err += text;
      },
    },
  });
  return { code, out, err };
}

const ALL: readonly (readonly [string, Command])[] = [
  ...SINGLES.map((command) => [command.name, command] as const),
  ...GROUPS.flatMap((group) => group.commands.map((command) => [`${group.name} ${command.name}`, command] as const)),
];

describe.each(ALL)('%s', (path, command) => {
  test('has help with an example, whichever way one asks', async () => {
    const { code, out } = await typed(...path.split(' '), '--help');
    expect(code).toBe(0);
    expect(out).toContain(`Usage: sallyport ${path}`);
    expect(out).toContain(command.summary);
    expect((await typed('help', ...path.split(' '))).out).toBe(out);
  });

  test('has examples that are right', () => {
    expect(command.examples.length).toBeGreaterThan(0);
    for (const { line } of command.examples) {
      const found = argumentsOf(line, path);
      expect(found, line).toBeDefined();
      // A shell would take $top for a variable of its own.
      expect(line.replaceAll(/'[^']*'/gu, ''), line).not.toMatch(/\$[a-z]/u);
      expect(() => parseLine(found ?? [], command.args, { ...command.flags, ...GLOBAL_FLAGS }), line).not.toThrow();
    }
  });

  test('refuses a flag that it does not know, before it talks to anybody', async () => {
    const { code, err } = await typed(...path.split(' '), '--no-such-flag');
    expect(code).toBe(2);
    expect(err).toContain('There is no flag --no-such-flag here.');
  });
});

/** What stands after the command in an example, as a shell would hand it over. */
function argumentsOf(line: string, path: string): readonly string[] | undefined {
  const at = line.indexOf(`sallyport ${path}`);
  if (at < 0) return undefined;
  const end = /[;|>]/u.exec(line.slice(at))?.index ?? Number.POSITIVE_INFINITY;
  const rest = line.slice(at + `sallyport ${path}`.length, at + end);
  return [...rest.matchAll(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])+/gu)].map(([word]) =>
    word.replaceAll(/^["']|["']$/gu, ''),
  );
}

describe('the program', () => {
  test('lists its commands and exit codes, asked or not', async () => {
    const { code, out } = await typed('--help');
    expect(code).toBe(0);
    for (const name of [...GROUPS, ...SINGLES].map((one) => one.name)) expect(out).toContain(`\n  ${name} `);
    expect(out).toContain('4 access denied');
    expect((await typed()).out).toBe(out);
    expect((await typed('help')).out).toBe(out);
  });

  test.each([
    [['conector', 'list'], 'There is no command "conector". Did you mean connector?'],
    [['connector', 'lst'], 'There is no "connector lst". Did you mean list?'],
    [['connector'], 'What should be done with connector? There is list,'],
    [['--json'], 'Say what to do.'],
    [['device', 'list', '--data', '/nowhere'], 'There is no /nowhere/admin.json.'],
  ])('%j: %s', async (argv, message) => {
    const { code, out, err } = await typed(...argv);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
  });

  test('takes flags of every command before the command too', async () => {
    expect((await typed('--data', '/nowhere', '--json', 'device', 'list')).err).toContain('/nowhere/admin.json');
  });

  test('knows that a shell has taken the names of query options away', async () => {
    const { code, err } = await typed('api', 'GET', '/v1.0/users?=true&=1');
    expect([code, err]).toEqual([2, expect.stringContaining('single quotes')]);
  });

  test('knows clients as apps too', async () =>
    expect((await typed('app', '--help')).out).toContain('Also called app.'));

  test('says that no hub answers with a code of its own', async () => {
    const { code, err } = await runAgainst('https://localhost:1');
    expect(code).toBe(3);
    expect(err).toContain('Nothing listens at https://localhost:1.');
  });
});

async function runAgainst(url: string): Promise<{ readonly code: number; readonly err: string }> {
  let err = '';
  const code = await run(['user', 'list'], {
    env: { SALLYPORT_URL: url, SALLYPORT_TENANT: 't', SALLYPORT_CLIENT_ID: 'c', SALLYPORT_CLIENT_SECRET: 's' },
    readInput: async () => '',
    stdout: { write: () => undefined },
    stderr: {
      write: (text) => {
        err += text;
      },
    },
  });
  return { code, err };
}

test.each(['--version', '-V', 'version'])('sallyport %s says which version this is', async (word) => {
  expect(await typed(word)).toEqual({ code: 0, out: expect.stringMatching(/^sallyport \d+\.\d+\.\d+\n$/), err: '' });
});
