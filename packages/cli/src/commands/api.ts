import { word } from '../frame/arguments.ts';
import { command } from '../frame/command.ts';
import { text } from '../frame/flags.ts';
import { UsageError } from '../frame/usage-error.ts';
import { readJson } from './shared/json-file.ts';

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);

export const api = command({
  name: 'api',
  summary: 'Call any path of the API with the credentials at hand, and print what it answers',
  args: {
    method: word('METHOD', 'GET, POST, PUT, PATCH or DELETE'),
    path: word('PATH', 'From the root, such as /v1.0/users'),
  },
  flags: { file: text('FILE', 'JSON body; "-" reads standard input') },
  examples: [
    { line: "sallyport api GET '/v1.0/deviceManagement/managedDevices?$count=true&$top=1'" },
    { line: 'echo \'{"settings":{"secureByDefault":true}}\' | sallyport api PATCH /v1.0/deviceManagement -f -' },
  ],
  async run({ args, flags }, context) {
    const method = args.method.toUpperCase();
    if (/[?&]=/u.test(args.path))
      throw new UsageError(
        'An option in the query has no name: a shell takes $top for a variable, unless PATH is in single quotes.',
      );
    if (!METHODS.has(method)) throw new UsageError(`${args.method} is none of ${[...METHODS].join(', ')}.`);
    if (!args.path.startsWith('/')) throw new UsageError('PATH begins with a slash, such as /v1.0/users.');
    const body = flags.file === undefined ? undefined : await readJson(flags.file, context);
    const answer = await (await context.hub()).request<unknown>(method, args.path, body);
    return {
      json: answer ?? null,
      text:
        answer === undefined ? '' : typeof answer === 'string' ? `${answer}\n` : `${JSON.stringify(answer, null, 2)}\n`,
    };
  },
});
