import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { problemOfAllowEntry } from './address-guard.ts';

/** What `sallyport serve` is told, parsed once at start. */
export interface ServeSettings {
  /** Absolute path. */
  readonly dataDir: string;
  /** A name or an address without brackets; port 0 takes any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** `https://host[:port]` without a slash at the end; `undefined`: made from `listen`, see `baseUrlOf`. */
  readonly publicUrl: string | undefined;
  /** Where to listen for syslog over TLS; `undefined`: nowhere. */
  readonly syslogListen: { readonly host: string; readonly port: number } | undefined;
  /** `undefined`: SQLite in the data folder. The URL holds a password: never log it. */
  readonly databaseUrl: string | undefined;
  /** `proxy`: plain HTTP, because a proxy in front terminates TLS. */
  readonly tls: 'own' | 'proxy';
  readonly logLevel: LogLevel;
  /** Hosts, addresses and ranges that the hub may call although they are not public, and without TLS. */
  readonly outboundAllow: readonly string[];
  /** How long a listener may take no bytes of its stream of events, although some wait, before it is cut. */
  readonly eventStallSeconds: number;
  /** For how long it is on record which partner was given which inventory; `undefined`: for ever. */
  readonly keepDisclosuresDays: number | undefined;
  /** The key of the data at rest, when it is not to be kept in the data folder. A secret. */
  readonly dataKey: Uint8Array | undefined;
  /** Make a new secret for the administrator, and end the old ones. */
  readonly resetAdministrator: boolean;
  /** Begin with an empty database although a hub ran on this data folder before. */
  readonly newDatabase: boolean;
  /** Do not start where there is no database: nothing that was moved away is replaced by an empty hub. */
  readonly existingDatabase: boolean;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type ParsedSettings =
  | { readonly ok: true; readonly settings: ServeSettings }
  /** Every problem at once: which setting, what was given, what is allowed. No secrets. */
  | { readonly ok: false; readonly problems: readonly string[] };

interface Setting {
  readonly key: keyof z.input<typeof schema>;
  /** Without a flag it can only come from the environment: a secret must not be seen in a list of processes. */
  readonly flag?: string;
  readonly variable?: string;
  /** Absent for a flag that stands alone. */
  readonly placeholder?: string;
  readonly help: string;
  readonly secret?: boolean;
}

const SETTINGS: readonly Setting[] = [
  {
    key: 'dataDir',
    flag: '--data',
    variable: 'SALLYPORT_DATA',
    placeholder: 'DIR',
    help: "Folder for the database, keys, certificates and the administrator's credentials. Default: ./data",
  },
  {
    key: 'listen',
    flag: '--listen',
    variable: 'SALLYPORT_LISTEN',
    placeholder: 'HOST:PORT',
    help: 'Where to listen. IPv6 addresses in brackets, port 0 for any free one. Default: localhost:8443',
  },
  {
    key: 'publicUrl',
    flag: '--public-url',
    variable: 'SALLYPORT_PUBLIC_URL',
    placeholder: 'URL',
    help: 'How clients reach the hub; goes into tokens and links. Default: https://HOST:PORT',
  },
  {
    key: 'syslogListen',
    flag: '--syslog-listen',
    variable: 'SALLYPORT_SYSLOG_LISTEN',
    placeholder: 'HOST:PORT',
    help: 'Where to listen for CEF over syslog and TLS, such as 0.0.0.0:6514. Default: nowhere',
  },
  {
    key: 'databaseUrl',
    flag: '--database',
    variable: 'SALLYPORT_DATABASE_URL',
    placeholder: 'URL',
    secret: true,
    help: 'postgres://user:password@host/name. Prefer the variable: it keeps the password out of the list of processes. Default: SQLite in the data folder',
  },
  {
    key: 'tls',
    variable: 'SALLYPORT_TLS',
    placeholder: 'own|proxy',
    help: 'own: serve https. proxy: serve plain http to a proxy that terminates TLS; needs the public URL. Default: own',
  },
  { key: 'behindProxy', flag: '--tls-terminated-by-proxy', help: 'The same as SALLYPORT_TLS=proxy' },
  {
    key: 'logLevel',
    flag: '--log-level',
    variable: 'SALLYPORT_LOG_LEVEL',
    placeholder: 'LEVEL',
    help: `One of ${LOG_LEVELS.join(', ')}. Default: info`,
  },
  {
    key: 'outboundAllow',
    flag: '--outbound-allow',
    variable: 'SALLYPORT_OUTBOUND_ALLOW',
    placeholder: 'LIST',
    help: 'Hosts, addresses and ranges, with commas between, that the hub may call although they are private or speak plain http. Default: none',
  },
  {
    key: 'eventStall',
    flag: '--event-stall',
    variable: 'SALLYPORT_EVENT_STALL',
    placeholder: 'SECONDS',
    help: 'How long a door may take nothing of its stream of events, although some wait, before the stream is cut: 15 to 3600. Default: 60',
  },
  {
    key: 'keepDisclosures',
    flag: '--keep-disclosures',
    variable: 'SALLYPORT_KEEP_DISCLOSURES',
    placeholder: 'DAYS',
    help: 'How long it stays on record which partner was given which inventory: days, at least 30, or "forever". Default: 1095',
  },
  {
    key: 'dataKey',
    variable: 'SALLYPORT_DATA_KEY',
    placeholder: 'BASE64',
    secret: true,
    help: '32 bytes in base64 that encrypt credentials in the database. Default: a key made in the data folder',
  },
  {
    key: 'resetAdministrator',
    flag: '--reset-administrator',
    help: 'Make a new secret for the administrator, write it to admin.json and end the old ones',
  },
  {
    key: 'newDatabase',
    flag: '--new-database',
    help: 'Begin with an empty database although the data folder holds the keys of an earlier one. For one start only',
  },
  {
    key: 'existingDatabase',
    flag: '--existing-database',
    help: 'Refuse to start where there is no database, even in an empty folder. For a service, once the hub is set up',
  },
];

const problem = (message: string) => ({ error: message });

const schema = z.object({
  dataDir: z
    .string()
    .default('./data')
    .transform((path) => resolve(path)),
  listen: z.string().default('localhost:8443').transform(parseListen),
  publicUrl: z.string().transform(parsePublicUrl).optional(),
  syslogListen: z.string().transform(parseListen).optional(),
  databaseUrl: z
    .string()
    .refine(isPostgresUrl, problem('must be postgres://user:password@host[:port]/name'))
    .optional(),
  tls: z.enum(['own', 'proxy'], problem('must be own or proxy')).optional(),
  behindProxy: z.boolean().default(false),
  logLevel: z.enum(LOG_LEVELS, problem(`must be one of ${LOG_LEVELS.join(', ')}`)).default('info'),
  outboundAllow: z.string().default('').transform(parseAllowList),
  eventStall: z.string().default('60').refine(isStallTime, problem('must be a number of seconds from 15 to 3600')),
  keepDisclosures: z
    .string()
    .default('1095')
    .refine(isKeepingTime, problem('must be a number of days from 30 to 36500, or forever')),
  dataKey: z.string().transform(parseDataKey).optional(),
  resetAdministrator: z.boolean().default(false),
  newDatabase: z.boolean().default(false),
  existingDatabase: z.boolean().default(false),
});

const FOREVER = 'forever';

function isKeepingTime(text: string): boolean {
  return text === FOREVER || (/^\d{1,5}$/.test(text) && Number(text) >= 30 && Number(text) <= 36_500);
}

function isStallTime(text: string): boolean {
  return /^\d{1,4}$/.test(text) && Number(text) >= 15 && Number(text) <= 3_600;
}

/** `argv` without the program and the word `serve`. An empty variable counts as not set; a flag wins over its variable. */
export function parseServeSettings(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): ParsedSettings {
  const problems: string[] = [];
  const given = new Map<Setting, { value: string | true; from: string }>();
  for (const setting of SETTINGS) {
    const value = setting.variable === undefined ? undefined : env[setting.variable];
    if (value !== undefined && value !== '') given.set(setting, { value, from: setting.variable as string });
  }
  readFlags(argv, given, problems);

  const parsed = schema.safeParse(Object.fromEntries([...given].map(([{ key }, { value }]) => [key, value])));
  for (const issue of parsed.error?.issues ?? [])
    problems.push(describeIssue(issue.path[0] as string, issue.message, given));
  if (parsed.success) problems.push(...problemsTogether(parsed.data));
  if (!parsed.success || problems.length > 0) return { ok: false, problems };

  const { behindProxy, tls, publicUrl, syslogListen, databaseUrl, keepDisclosures, eventStall, dataKey, ...rest } =
    parsed.data;
  const keepDisclosuresDays = keepDisclosures === FOREVER ? undefined : Number(keepDisclosures);
  return {
    ok: true,
    settings: {
      ...rest,
      eventStallSeconds: Number(eventStall),
      keepDisclosuresDays,
      publicUrl,
      syslogListen,
      databaseUrl,
      dataKey,
      tls: behindProxy ? 'proxy' : (tls ?? 'own'),
    },
  };
}

export function helpOfServe(): string {
  const rows = SETTINGS.map(({ flag, variable, placeholder, help }) => {
    const name = flag === undefined ? '' : placeholder === undefined ? flag : `${flag} ${placeholder}`;
    const asVariable = variable === undefined ? '' : flag === undefined ? `${variable}=${placeholder}` : variable;
    return `  ${[name, asVariable].filter((text) => text !== '').join(', ')}\n      ${help}`;
  });
  return `Usage: sallyport serve [options]\n\nRuns the hub. Each setting is a flag or an environment variable; the flag wins.\n\n${rows.join('\n')}\n`;
}

/** How the hub is reached when nothing else was said. `port` is the one it really listens on. */
export function baseUrlOf(settings: Pick<ServeSettings, 'publicUrl' | 'listen'>, port: number): string {
  if (settings.publicUrl !== undefined) return settings.publicUrl;
  const { host } = settings.listen;
  // "Every address" is where to listen, not where to call.
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : isIP(host) === 6 ? `[${host}]` : host;
  return new URL(`https://${name}:${port}`).origin;
}

function readFlags(
  argv: readonly string[],
  given: Map<Setting, { value: string | true; from: string }>,
  problems: string[],
): void {
  const seen = new Set<Setting>();
  for (let index = 0; index < argv.length; index += 1) {
    const [flag = '', ...attached] = (argv[index] as string).split('=');
    const setting = SETTINGS.find((candidate) => candidate.flag === flag);
    if (setting === undefined) {
      problems.push(
        flag.startsWith('-')
          ? `${flag}: there is no such flag. There are ${SETTINGS.flatMap((known) => known.flag ?? []).join(', ')}.`
          : // It may be a database URL whose flag was forgotten.
            `${flag.includes(':') ? 'A word' : `"${flag}"`} is not after a flag: only flags and their values are expected here.`,
      );
      // What follows an unknown flag is most likely its value, and not worth a second complaint.
      if (flag.startsWith('-') && attached.length === 0 && argv[index + 1]?.startsWith('-') === false) index += 1;
      continue;
    }
    if (seen.has(setting)) problems.push(`${flag}: is there more than once.`);
    seen.add(setting);
    if (setting.placeholder === undefined) {
      if (attached.length > 0) problems.push(`${flag}: stands alone and takes no value.`);
      given.set(setting, { value: true, from: flag });
      continue;
    }
    const next = argv[index + 1];
    const value = attached.length > 0 ? attached.join('=') : next?.startsWith('--') === true ? undefined : next;
    if (attached.length === 0 && value !== undefined) index += 1;
    if (value === undefined || value === '')
      problems.push(`${flag}: the value is missing; it is ${flag} ${setting.placeholder}.`);
    else given.set(setting, { value, from: flag });
  }
}

function describeIssue(
  key: string,
  message: string,
  given: ReadonlyMap<Setting, { value: string | true; from: string }>,
): string {
  const [setting, found] = [...given].find(([candidate]) => candidate.key === key) ?? [];
  const shown = setting?.secret === true ? '' : `"${String(found?.value)}" `;
  return `${found?.from ?? key}: ${shown}${message}.`;
}

function problemsTogether(settings: z.output<typeof schema>): readonly string[] {
  const proxied = settings.behindProxy || settings.tls === 'proxy';
  return [
    ...(proxied && settings.publicUrl === undefined
      ? [
          '--public-url or SALLYPORT_PUBLIC_URL: is missing; behind a proxy it must say how clients reach the hub (https://...).',
        ]
      : []),
    ...(settings.behindProxy && settings.tls === 'own'
      ? ['--tls-terminated-by-proxy and SALLYPORT_TLS=own contradict each other.']
      : []),
    ...(settings.newDatabase && settings.existingDatabase
      ? ['--new-database and --existing-database contradict each other.']
      : []),
  ];
}

function parseListen(text: string, context: z.RefinementCtx): { host: string; port: number } {
  const [, host, port] = /^(\[[^\]]*\]|[^:[\]]+):(\d{1,5})$/.exec(text) ?? [];
  const bare = host?.replace(/^\[|\]$/g, '') ?? '';
  const hostIsGood = host?.startsWith('[') === true ? isIP(bare) === 6 : /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(bare);
  if (!hostIsGood || Number(port) > 65_535) {
    context.addIssue(
      'must be HOST:PORT, such as localhost:8443, 0.0.0.0:443 or [::1]:8443, with a port from 0 to 65535',
    );
    return z.NEVER;
  }
  return { host: bare.toLowerCase(), port: Number(port) };
}

function parsePublicUrl(text: string, context: z.RefinementCtx): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain =
    url?.username === '' && url.password === '' && url.search === '' && url.hash === '' && url.pathname === '/';
  if (url?.protocol !== 'https:' || !plain) {
    context.addIssue('must be https://host or https://host:port, without a path');
    return z.NEVER;
  }
  return url.origin;
}

/** Also `postgres://user@/name?host=/folder`, as PostgreSQL's own programs write a local socket; RFC 3986 wants a host there. */
function isPostgresUrl(text: string): boolean {
  const withHost = text.replace(/^(postgres(?:ql)?:\/\/[^@/?#]*@?)\/(?=.*[?&]host=)/, '$1localhost/');
  if (!URL.canParse(withHost)) return false;
  const { protocol, pathname } = new URL(withHost);
  return (protocol === 'postgres:' || protocol === 'postgresql:') && pathname.length > 1;
}

function parseAllowList(text: string, context: z.RefinementCtx): readonly string[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const bad = entries.filter((entry) => problemOfAllowEntry(entry) !== undefined);
  if (bad.length > 0)
    context.addIssue(
      `must be host names, IP addresses and ranges such as 10.1.0.0/16 with commas between; not so: ${bad.join(', ')}`,
    );
  return entries;
}

function parseDataKey(text: string, context: z.RefinementCtx): Uint8Array {
  const key = Buffer.from(text, 'base64');
  if (key.byteLength !== 32 || !/^[A-Za-z0-9+/]+=*$/.test(text)) {
    context.addIssue('must be 32 bytes in base64; make one with: openssl rand -base64 32');
    return z.NEVER;
  }
  return key;
}
