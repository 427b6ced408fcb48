import { expect, test } from 'vitest';
import type { Connector, OpenFinding, Reason, UserFacts } from '@sallyport/core';
import type { HeldPosture } from '../pipeline/ports.ts';
import { reasonNames } from './reason-names.ts';
import { hintsOf, type HintsView } from './user-hints.ts';

const REASON: Reason = {
  code: 'threat_level_above_allowed',
  connectorId: 'lookout',
  findingIds: ['a', 'b', 'c'],
  disagreeing: ['other'],
};
const NAMES: Readonly<Record<string, string>> = { lookout: 'Lookout for Work', other: 'other' };

function view(openFindings: readonly OpenFinding[], others: readonly OpenFinding[] = []): HintsView {
  const posture = {
    views: [
      { connectorId: 'lookout', openFindings },
      { connectorId: 'other', openFindings: others },
    ],
  } as unknown as HeldPosture;
  return {
    connector: (id) => ({ id, displayName: NAMES[id] ?? id }) as Connector,
    posture: () => posture,
    user: (id) => ({ userPrincipalName: `${id}@example.com` }) as UserFacts,
    facts: () => ({ userId: 'ada' }) as ReturnType<HintsView['facts']>,
    organization: { helpDesk: { phone: '112' }, timeZone: 'Europe/Stockholm', managementApp: 'Company Portal' },
  };
}
const hints = (openFindings: readonly OpenFinding[], others?: readonly OpenFinding[]) =>
  hintsOf({ reasons: [REASON], deviceId: 'phone' }, view(openFindings, others));
const findingOf = (...args: Parameters<typeof hints>) => hints(...args).partners?.['lookout']?.finding;

const low: OpenFinding = { id: 'a', type: 'X', severity: 'low', category: 'app.adware', recommendedAction: 'Leave it' };
const high: OpenFinding = { id: 'b', type: 'Y', severity: 'high', category: 'net.mitm', title: 'Attack' };

test('the worst finding behind the reason is what the person is told about; of two as bad, one that there is advice on', () => {
  expect(hints([low, high])).toMatchObject({
    device: 'other',
    watched: false,
    partners: { lookout: { appName: 'Lookout for Work', finding: high } },
  });
  expect(findingOf([low])).toEqual(low);
  expect(findingOf([{ id: 'c', type: 'Z', severity: 'high', category: 'unclassified' }, high])).toEqual(high);
});

test('findings that are not behind the reason are passed over, and so are those of other partners', () => {
  expect(findingOf([{ ...high, id: 'elsewhere' }], [high])).toBeUndefined();
});

test.each([
  ['its category', { id: 'z', type: 'X', severity: 'low', category: 'app.stalkerware' }],
  ['spyware', { id: 'z', type: 'X', category: 'app.spyware_trace' }],
  ['a monitoring app', { id: 'z', type: 'X', category: 'app.watchware' }],
  ['its title', { id: 'z', type: 'X', category: 'unclassified', title: 'FlexiSpy' }],
  [
    'what the partner advises',
    { id: 'z', type: 'X', category: 'app.malware', recommendedAction: 'Remove this stalkerware' },
  ],
] as readonly (readonly [string, OpenFinding])[])(
  'that somebody may be watching is known by %s, whichever partner found it and however bad another finding is',
  (_, watching) => {
    expect(hints([high], [watching]).watched).toBe(true);
    expect(hints([high, watching]).watched).toBe(true);
  },
);

test('there is nothing to hint at where no partner decided', () => {
  expect(hintsOf({ reasons: [{ code: 'device_unknown' }], deviceId: 'phone' }, view([]))).toEqual({
    device: 'other',
    partners: {},
    watched: false,
    helpDesk: { phone: '112' },
    timeZone: 'Europe/Stockholm',
    managementApp: 'Company Portal',
  });
});

test('a partner without a name is not called by its id, and a known one by the name of its app', () => {
  const named = (id: string, displayName: string) =>
    hintsOf(
      { reasons: [{ ...REASON, connectorId: id }], deviceId: 'phone' },
      { ...view([]), connector: () => ({ id, displayName }) as Connector },
    ).partners?.[id]?.appName;
  expect(named('c', 'c')).toBeUndefined();
  const jamf = '1f58d6d2-02cc-4c80-b008-1bfe7396a10a';
  expect(named(jamf, 'Jamf Mobile Threat Defense (Jamf Trust)')).toBe('Jamf Trust');
  expect(named(jamf, jamf)).toBe('Jamf Trust');
  expect(named(jamf, 'Our guard')).toBe('Our guard');
});

test('reasons are told with the names of partners, findings and people', () => {
  expect(reasonNames({ reasons: [REASON], deviceId: 'phone', userId: 'ben' }, view([low, high]))).toEqual({
    connectors: { lookout: 'Lookout for Work', other: undefined },
    findings: { a: 'X', b: 'Attack' },
  });
  expect(
    reasonNames({ reasons: [{ code: 'device_of_other_user' }], deviceId: 'phone', userId: 'ben' }, view([])),
  ).toMatchObject({ user: 'ben@example.com', owner: 'ada@example.com' });
});
