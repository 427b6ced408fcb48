import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { ApplicationDocument } from '../../platform/application.ts';
import { StoreBusy, type DocumentReader } from '../../store/store.ts';
import { createClientDirectory } from './client-directory.ts';
import { documentsOf, testApplication } from './testing.ts';

const log = pino({ level: 'silent' });
const { body } = testApplication(0);

function slowReader(bodies: readonly ApplicationDocument[]): {
  readonly documents: DocumentReader;
  readonly reads: (() => void)[];
} {
  const { documents } = documentsOf(bodies);
  const reads: (() => void)[] = [];
  return {
    reads,
    documents: {
      ...documents,
      async list(kind) {
        const rows = await documents.list(kind);
        await new Promise<void>((resolve) => reads.push(resolve));
        return rows;
      },
    },
  };
}

test('a client is found in any case of its id, by one reading for all', async () => {
  const clients = createClientDirectory(documentsOf([body]), log);
  expect((await clients.find(body.appId.toUpperCase()))?.displayName).toBe('Test client');
  expect(await clients.find(body.appId)).toBe(await clients.find(body.appId));
  expect(await clients.find('__proto__')).toBeUndefined();
});

test('a change during a reading makes it read again', async () => {
  const bodies = [body];
  const reader = slowReader(bodies);
  const clients = createClientDirectory(reader, log);
  let settled = false;
  const found = clients.find(body.appId).finally(() => {
    settled = true;
  });
  bodies.length = 0;
  clients.invalidate();
  while (!settled) {
    await new Promise(setImmediate);
    for (const finish of reader.reads.splice(0)) finish();
  }
  expect(await found).toBeUndefined();
});

test('a database that is busy refuses nobody for good', async () => {
  const { documents } = documentsOf([body]);
  let busy = true;
  const clients = createClientDirectory(
    {
      documents: {
        ...documents,
        list: async (kind) => {
          if (busy) throw new StoreBusy('locked');
          return documents.list(kind);
        },
      },
    },
    log,
  );
  await expect(clients.find(body.appId)).rejects.toThrow(StoreBusy);
  busy = false;
  expect(await clients.find(body.appId)).toBeDefined();
});
