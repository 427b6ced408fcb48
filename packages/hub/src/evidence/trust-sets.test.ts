import { pino } from 'pino';
import { expect, test } from 'vitest';
import { CAPTURED, DoorStore } from '../doors/testing.ts';
import { TrustSets } from './trust-sets.ts';

test.each([
  ['without its CAs', { displayName: 'Phones' }],
  ['with CAs that are none', { displayName: 'Phones', certificateAuthorities: 'text' }],
])('a trust set %s vouches for nobody, and the others go on', async (_, body) => {
  const store = new DoorStore();
  const row = { kind: 'trustSet' as const, createdAt: 0, modifiedAt: 0, version: 1 };
  store.rows
    .set('bad', { ...row, id: 'bad', body })
    .set('good', { ...row, id: 'good', body: { displayName: 'All', certificateAuthorities: CAPTURED.ca_pem } });
  const sets = await TrustSets.load(store, pino({ level: 'silent' }));
  const nobody = sets.get(null);
  expect([sets.get('bad') === nobody, sets.get('good') === nobody]).toEqual([true, false]);
});
