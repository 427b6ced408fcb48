import { expect, test } from 'vitest';
import type { Reason, ReasonCode } from '../vocabulary/reason.ts';
import { explainForAdmin } from './admin.ts';
import { CODES_IN_ORDER } from './choose-reasons.ts';

const threat: Reason = {
  code: 'threat_level_above_allowed',
  policyId: 'p-1',
  policyName: 'Phones',
  rule: 'r',
  connectorId: 'c-1',
  required: 'low',
  actual: 'highSeverity',
  findingIds: ['f-1'],
  disagreeing: ['c-2'],
};

test('an administrator reads policy, rule, partner, finding, required and actual by their names', () => {
  expect(
    explainForAdmin(threat, {
      connectors: { 'c-1': 'Lookout for Work', 'c-2': 'Zimperium' },
      findings: { 'f-1': 'Network "attack"\u202E' },
    }),
  ).toBe(
    'The device threat level is above what the policy allows: policy "Phones"; rule r; partner "Lookout for Work"; required low; ' +
      'actual highSeverity; other partners disagree: "Zimperium"; finding "Network \'attack\'".',
  );
  expect(
    explainForAdmin(
      { code: 'device_of_other_user', policyId: 'p-1' },
      { user: 'ben@example.com', owner: 'ada@example.com' },
    ),
  ).toBe(
    'The primary user of the device is not the user of the request: policy p-1; user "ben@example.com"; primary user "ada@example.com".',
  );
  expect(explainForAdmin({ ...threat, findingIds: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] })).toContain(
    'findings a, b, c, d, e and 2 more',
  );
});

test('is told how what is held ends', () => {
  expect(explainForAdmin({ ...threat, heldDays: 30 })).toContain(
    'may be about another device with the same key; ends with the next level of that record of the partner, by "sallyport report assign", or 30 days after its last report',
  );
});

test.each(CODES_IN_ORDER)('%s has words for administrators', (code: ReasonCode) => {
  expect(explainForAdmin({ code })).toMatch(/^[A-Z].*[^.]\.$/u);
});
