import { expect, test } from 'vitest';
import { reasonOf } from './network-reasons.ts';

test.each([
  ['ENOTFOUND', 'its name is not known (ENOTFOUND)'],
  ['ECONNREFUSED', 'nothing answers at this port (ECONNREFUSED)'],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'its certificate is from no authority that the hub trusts; NODE_EXTRA_CA_CERTS names a file with more of them (DEPTH_ZERO_SELF_SIGNED_CERT)',
  ],
  ['EWHATEVER', 'EWHATEVER'],
  ['toString', 'toString'],
])('%s is told as "%s"', (code, told) => {
  expect(reasonOf(Object.assign(new Error('x'), { code }))).toBe(told);
});

test('what has no code is told in its own words', () => {
  expect([reasonOf(new Error('socket hang up')), reasonOf('gone')]).toEqual(['socket hang up', 'gone']);
});
