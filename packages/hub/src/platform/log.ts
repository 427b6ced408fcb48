import { destination, pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './settings.ts';

/** Members whose value is never written, wherever they are within three levels. */
const SECRET_MEMBERS = [
  'authorization',
  'cookie',
  '["set-cookie"]',
  'password',
  'secret',
  'secretText',
  'client_secret',
  'clientSecret',
  'hash',
  'token',
  'access_token',
  'accessToken',
  'refresh_token',
  'id_token',
  'apiKey',
  'api_key',
  'applicationKey',
  'privateKey',
  'dataKey',
  'databaseUrl',
  'passwordCredentials',
  '["x-sallyport-door-key"]',
];

/** Secrets inside other texts: bearer tokens, JWTs, credentials in URLs and in form bodies. */
const SECRET_TEXTS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\bBearer\s+[A-Za-z0-9._~+/=-]{8,}/gi, 'Bearer [secret]'],
  [/\bBasic\s+[A-Za-z0-9+/]{16,}=*/gi, 'Basic [secret]'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, '[token]'],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/"'@]+@/gi, '$1[secret]@'],
  [/\b(client_secret|access_token|refresh_token|password|api_key)=[^&\s"']+/gi, '$1=[secret]'],
];

/**
 * The structured log: one JSON document a line, on standard error unless told otherwise. Standard output is
 * for people and for whoever waits for the line `ready`.
 */
export function createLog(level: LogLevel, to: DestinationStream = destination({ fd: 2, sync: true })): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_MEMBERS.flatMap(atThreeLevels), censor: '[secret]' },
      hooks: { streamWrite: withoutSecrets },
    },
    to,
  );
}

function withoutSecrets(line: string): string {
  return SECRET_TEXTS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
}

function atThreeLevels(member: string): string[] {
  const below = member.startsWith('[') ? member : `.${member}`;
  return [member, `*${below}`, `*.*${below}`];
}
