import { afterAll, beforeAll, expect, test } from 'vitest';
import { openAdminHub, type AdminHub } from '../testing.ts';

const CONNECTOR = '230a4fe2-93d5-4f5a-8e5c-7d4d0d8f0c11';
let hub: AdminHub;
let base = '';

beforeAll(async () => {
  hub = await openAdminHub({ events: { mostSubscribers: 1 } });
  base = await hub.app.listen({ host: '127.0.0.1', port: 0 });
  await hub.pipeline.configuration.write('admin', async (tx, changed) => {
    await tx.documents.put('mobileThreatDefenseConnector', CONNECTOR, { partnerDisplayName: 'Acme' }, 0);
    changed({ kind: 'mobileThreatDefenseConnector', id: CONNECTOR, after: {} });
  });
  await hub.pipeline.tick();
});
afterAll(() => hub.close());

/** Listens until something matches. */
async function listen(
  until: RegExp,
  headers: Record<string, string> = {},
  meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<string> {
  const ended = new AbortController();
  const ask = () =>
    fetch(`${base}/admin/v1/events`, {
      headers: { authorization: 'Sallyport.Settings.Read.All', ...headers },
      signal: ended.signal,
    });
  let answer = await ask();
  // The hub may not have seen yet that whoever listened before is gone.
  while (answer.status === 429) answer = await ask();
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  await meanwhile();
  let text = '';
  for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    if (until.test(text)) break;
  }
  ended.abort();
  return text;
}

test('a subscriber hears of a connector that changes its state, and of nothing that doors hear', async () => {
  const heard = await listen(/connector-state-changed[^]*\n\n/, {}, () =>
    hub.pipeline.intake.heartbeat(CONNECTOR, { code: 'E1' }),
  );
  expect(heard).toContain(
    `data: {"connectorId":"${CONNECTOR}","displayName":"Acme","from":"notSetUp","to":"error","at":"`,
  );
  expect(heard).not.toContain('configuration-changed');
});

test('who was away hears what it missed', async () => {
  expect(await listen(/"to":"error"/, { 'last-event-id': '1' })).toMatch(/"from":null,"to":"notSetUp"[^]*"to":"error"/);
});

test('only so many may listen, and only who may read settings', async () => {
  const status = async (role: string): Promise<number> => {
    const ended = new AbortController();
    const answer = await fetch(`${base}/admin/v1/events`, { headers: { authorization: role }, signal: ended.signal });
    ended.abort();
    return answer.status;
  };
  await listen(/id: /, {}, async () => expect(await status('Sallyport.Settings.Read.All')).toBe(429));
  expect(await status('User.Read.All')).toBe(403);
});
