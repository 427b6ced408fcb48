import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AuditRow } from '../store/store.ts';
import { testPipeline, type TestPipeline } from '../pipeline/testing.ts';
import { trustSetDocument } from './kinds/trust-set.ts';
import { changeDocument, createDocument, putDocument, removeDocument, type Target, type Writing } from './write.ts';

let hub: TestPipeline;
let writing: Writing;
beforeEach(async () => {
  hub = await testPipeline();
  writing = { configuration: hub.configuration, clock: hub.clock, actor: 'admin' };
});
afterEach(() => hub.close());

const target: Target = { ...trustSetDocument, id: 'phones' };
const body = { displayName: 'Phones', certificateAuthorities: 'PEM' };
const audited = async (): Promise<readonly AuditRow[]> => hub.store.audit.list(10, 0);
const told = async (): Promise<number> =>
  (await hub.store.outbox.after(0, 100)).filter(({ subject }) => subject === 'trustSet').length;

test('a document is made, changed and removed, each with its audit row and its word to others', async () => {
  expect(await createDocument(writing, target, () => body)).toMatchObject({ id: 'phones', body, version: 1 });
  expect(
    await changeDocument(writing, target, (before) => ({ ...before.body, displayName: 'All phones' })),
  ).toMatchObject({ version: 2 });
  await removeDocument(writing, target);
  expect((await audited()).map(({ actor, operation, resourceId }) => [actor, operation, resourceId])).toEqual([
    ['admin', 'Delete', 'phones'],
    ['admin', 'Patch', 'phones'],
    ['admin', 'Create', 'phones'],
  ]);
  expect(await told()).toBe(3);
});

test('a body that is the same as before leaves neither a version nor an audit row nor a word to others', async () => {
  await createDocument(writing, target, () => body);
  expect(
    await changeDocument(writing, target, () => ({
      certificateAuthorities: 'PEM',
      displayName: 'Phones',
      trustedBy: undefined,
    })),
  ).toMatchObject({ version: 1 });
  expect(await audited()).toHaveLength(1);
  expect(await told()).toBe(1);
});

test('one that is there is not made, and one that is not there is neither changed nor removed', async () => {
  await expect(changeDocument(writing, target, () => body)).rejects.toMatchObject({
    code: 'not_found',
    message: 'There is no trust set with the id "phones".',
  });
  await expect(removeDocument(writing, target)).rejects.toMatchObject({ code: 'not_found' });
  await createDocument(writing, target, () => body);
  await expect(createDocument(writing, target, () => body)).rejects.toMatchObject({ code: 'already_exists' });
});

test('whoever refuses while it is made or removed leaves everything as it was', async () => {
  await createDocument(writing, target, () => body);
  await expect(
    putDocument(writing, target, () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await expect(
    removeDocument(writing, target, () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await hub.store.documents.get('trustSet', 'phones')).toMatchObject({ body, version: 1 });
});

test('what nobody can read is replaced, even by an empty body', async () => {
  await hub.store.transaction((tx) =>
    tx.documents.put('trustSet', 'phones', [] as unknown as Record<string, unknown>, 0),
  );
  expect(await putDocument(writing, target, () => ({}))).toMatchObject({ version: 2 });
  expect((await hub.store.documents.get('trustSet', 'phones'))?.unreadable).toBeUndefined();
});
