import { expect, test } from 'vitest';
import { auditRow } from './audit-row.ts';

const shownOf = (kind: Parameters<typeof auditRow>[1]['kind'], after: Record<string, unknown>): unknown =>
  Object.fromEntries(
    auditRow('admin', { kind, id: 'x', after }, 0).changes.map(({ property, newValue }) => [property, newValue]),
  );

test('what the row of a kind hides, and whatever is called a secret, is said to have changed and not to what', () => {
  expect(shownOf('door', { hint: 'abcd', secretHash: 'h', formerSecretHash: 'f' })).toEqual({
    hint: 'abcd',
    secretHash: '(not shown)',
    formerSecretHash: '(not shown)',
  });
  expect(shownOf('application', { displayName: 'A', passwordCredentials: [{ hash: 'h' }] })).toEqual({
    displayName: 'A',
    passwordCredentials: '(not shown)',
  });
  expect(shownOf('namedLocation', { password: 'p', nested: { hash: 'h', kept: 1 } })).toEqual({
    password: '(not shown)',
    nested: '{"hash":"(not shown)","kept":1}',
  });
});

test('of a link to a vendor the audit log says which secrets are set, and shows none, not even a sealed one', () => {
  const link = {
    vendor: 'lookout',
    enabled: true,
    settings: {},
    secrets: { apiKey: 'SEALED' },
    former: { apiKey: { sealed: 'SEALED', acceptedUntil: 0 } },
  };
  expect(shownOf('vendorLink', link)).toEqual({
    vendor: 'lookout',
    enabled: 'true',
    settings: '{}',
    set: '["apiKey"]',
    formerAccepted: '["apiKey until 1970-01-01T00:00:00.000Z"]',
  });
  expect(shownOf('vendorLink', { ...link, enabled: 'SEALED' })).toEqual({});
});
