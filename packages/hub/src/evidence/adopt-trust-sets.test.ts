import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAdminHub, type AdminHub } from '../api/admin/testing.ts';
import { testApplication } from '../api/token/testing.ts';
import { doorBody } from '../doors/testing.ts';
import { adoptTrustSets, FORMER_UNION } from './adopt-trust-sets.ts';
import { issueCertificate, newAuthority } from '@sallyport/simulators/certificates';
import { TrustSets } from './trust-sets.ts';

let hub: AdminHub;
beforeEach(async () => {
  hub = await openAdminHub();
});
afterEach(() => hub.close());

const NOW = Date.now();
const KNOWS = { successorOf: () => undefined, deviceId: ({ value }: { readonly value: string }) => value };

/** As it was stored before there were trust sets. */
async function putFormerClient(id: string, permissions: readonly string[]): Promise<void> {
  const {
    deviceTrustSet: _,
    supportedObligations: _o,
    strictContext: _s,
    ...body
  } = testApplication(NOW, { appId: id, displayName: id, permissions: [...permissions] }).body;
  await hub.store.transaction((tx) => tx.documents.put('application', id, body, NOW));
}

async function putDoor(id: string, change: Parameters<typeof doorBody>[0]): Promise<void> {
  await hub.store.transaction((tx) => tx.documents.put('door', id, { ...doorBody(change) }, NOW));
}

const adopt = () =>
  adoptTrustSets({
    documents: hub.store.documents,
    configuration: hub.pipeline.configuration,
    clock: { now: () => NOW },
  });
const trustSetOf = async (id: string) => (await hub.store.documents.get('application', id))?.body['deviceTrustSet'];

test('a client from before believes the CAs of all doors that were enabled then, and of none that is made later', async () => {
  const [mail, files, off, trial] = await Promise.all([
    newAuthority('CN=Mail'),
    newAuthority('CN=Files'),
    newAuthority('CN=Off'),
    newAuthority('CN=Trial'),
  ]);
  await putDoor('mail', { deviceCa: mail.cert });
  await putDoor('files', { deviceCa: files.cert + mail.cert });
  await putDoor('off', { deviceCa: off.cert, enabled: false });
  await putFormerClient('gateway', ['Sallyport.Access.Evaluate']);
  await putFormerClient('reader', ['User.Read.All']);
  await adopt();
  await putDoor('trial', { deviceCa: trial.cert });
  await adopt();
  expect([await trustSetOf('gateway'), await trustSetOf('reader')]).toEqual([FORMER_UNION, null]);
  const trusted = (await TrustSets.load(hub.store, { error: () => undefined })).get(FORMER_UNION);
  const believed = await Promise.all(
    [mail, files, off, trial].map(async (ca) => trusted.check((await issueCertificate(ca)).cert, NOW, KNOWS).valid),
  );
  expect(believed).toEqual([true, true, false, false]);
});

test('is done once: who has been given another set keeps it, and nothing is written at the next start', async () => {
  await putDoor('mail', { deviceCa: (await newAuthority()).cert });
  await putFormerClient('gateway', ['Sallyport.Access.Evaluate']);
  await adopt();
  const row = await hub.store.documents.get('application', 'gateway');
  await hub.store.transaction((tx) =>
    tx.documents.put('application', 'gateway', { ...row?.body, deviceTrustSet: null }, NOW),
  );
  await adopt();
  expect(await trustSetOf('gateway')).toBeNull();
  expect((await hub.store.documents.get('application', 'gateway'))?.version).toBe((row?.version ?? 0) + 1);
});

test('without doors there is nobody to believe', async () => {
  await putFormerClient('gateway', ['Sallyport.Access.Evaluate']);
  await adopt();
  expect(await trustSetOf('gateway')).toBeNull();
  expect(await hub.store.documents.list('trustSet')).toEqual([]);
});

test('a CA vouches where its set is named, and nowhere else', async () => {
  const [first, second] = await Promise.all([newAuthority('CN=First'), newAuthority('CN=Second')]);
  for (const [id, ca] of [
    ['first', first],
    ['second', second],
  ] as const) {
    await hub.store.transaction((tx) =>
      tx.documents.put('trustSet', id, { displayName: id, certificateAuthorities: ca.cert }, NOW),
    );
  }
  const sets = await TrustSets.load(hub.store, { error: () => undefined });
  const { cert: pem } = await issueCertificate(first);
  expect(['first', 'second', 'nosuch', null].map((id) => sets.get(id).check(pem, NOW, KNOWS).valid)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
