import { expect, test } from 'vitest';
import type { Connector, OpenFinding, Reason } from '@sallyport/core';
import type { PostureRow } from '../../store/store.ts';
import { hintsOf } from './user-hints.ts';

const REASON: Reason = { code: 'threat_level_above_allowed', connectorId: 'lookout', findingIds: ['a', 'b', 'c'] };

function hints(openFindings: readonly OpenFinding[], reasons: readonly Reason[] = [REASON]) {
  return hintsOf({ reasons, deviceId: 'phone' }, {
    connector: (id) => ({ id, displayName: 'Lookout for Work' }) as Connector,
    posture: () => ({ views: [{ connectorId: 'lookout', openFindings }, { connectorId: 'other', openFindings: [{ id: 'a', type: 'X', severity: 'high', category: 'app.malware' }] }] }) as unknown as PostureRow,
  });
}

test('the worst finding behind the reason is what is advised about', () => {
  const low: OpenFinding = { id: 'a', type: 'X', severity: 'low', category: 'app.adware', recommendedAction: 'Remove it' };
  const high: OpenFinding = { id: 'b', type: 'Y', severity: 'high', category: 'net.mitm' };
  expect(hints([low, high])).toEqual({ appName: 'Lookout for Work', recommendedAction: undefined, category: 'net.mitm' });
  expect(hints([low])).toMatchObject({ recommendedAction: 'Remove it', category: 'app.adware' });
});

test('findings about which nobody knows anything to do are passed over, and so are those of other partners', () => {
  const unknown: OpenFinding = { id: 'c', type: 'Z', severity: 'high', category: 'unclassified' };
  const old: OpenFinding = { id: 'b', type: 'Y', severity: 'high' };
  expect(hints([unknown, old, { id: 'a', type: 'X', severity: 'low', category: 'vuln.os' }])).toMatchObject({ category: 'vuln.os' });
  expect(hints([unknown, old])).toMatchObject({ category: undefined, recommendedAction: undefined });
  expect(hints([{ id: 'elsewhere', type: 'X', severity: 'high', category: 'app.malware' }])).toMatchObject({ category: undefined });
});

test('there is nothing to hint at where no partner decided', () => expect(hints([], [{ code: 'device_unknown' }])).toEqual({}));

test('a partner without a name is not called by its id', () => {
  const unnamed = hintsOf({ reasons: [REASON], deviceId: 'phone' }, { connector: (id) => ({ id, displayName: id }) as Connector, posture: () => undefined });
  expect(unnamed.appName).toBeUndefined();
});
