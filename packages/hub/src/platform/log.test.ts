import { expect, test } from 'vitest';
import { createLog } from './log.ts';

function linesOf(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(createLog('info', { write: (line) => void lines.push(line) }));
  return lines.join('');
}

test('a line is one JSON document with level, time and message', () => {
  const line = JSON.parse(linesOf((log) => log.info({ device: 7 }, 'hello')));
  expect(line).toMatchObject({ level: 'info', device: 7, msg: 'hello', time: expect.stringMatching(/^\d{4}-.*Z$/) });
});

test.each([
  ['a member', { clientSecret: 'hunter2' }],
  ['a member of a member', { settings: { password: 'hunter2' } }],
  [
    'headers of a request',
    { req: { headers: { authorization: 'hunter2', cookie: 'hunter2', 'set-cookie': 'hunter2' } } },
  ],
  ['an error about a database', { err: new Error('cannot connect to postgres://root:hunter2@db/x') }],
  ['the cause of an error', { err: new Error('failed', { cause: new Error('sent client_secret=hunter2&x=1') }) }],
  ['a bearer token', { text: 'Authorization: Bearer hunter2hunter2' }],
  ['a JWT in an address', { url: 'https://x/?t=eyJhbGciOiJFUzI1NiJ9.eyJodW50ZXIyIjoxfQ.hunter2' }],
])('a secret is not written from %s', (_name, entry) => {
  const lines = linesOf((log) => log.error(entry, 'failed'));
  expect(lines).not.toContain('hunter2');
  expect(() => JSON.parse(lines)).not.toThrow();
});

test('a secret is not written from the message itself or from a child', () => {
  expect(linesOf((log) => log.child({ token: 'hunter2' }).warn('used Bearer hunter2hunter2'))).not.toContain('hunter2');
});
