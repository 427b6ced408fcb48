import { expect, test } from 'vitest';
import { classifyFindings } from './classify-findings.ts';
import { Serial } from '../view/serial.ts';
import { furnish, LOOKOUT, PHONE, testPipeline, ZIMPERIUM } from './testing.ts';

test('findings from before there were categories get theirs, by the words of their partner', async () => {
  const hub = await testPipeline();
  try {
    await furnish(hub);
    const at = hub.clock.now();
    const kept = (connectorId: string, id: string, type: string) => ({
      deviceId: PHONE,
      connectorId,
      id,
      type,
      state: 'open' as const,
      severity: 'high' as const,
      observedAt: at,
      reportId: 'r',
    });
    await hub.store.transaction((tx) =>
      tx.findings.put([
        kept(LOOKOUT, 'f1', 'SURVEILLANCE'),
        kept(ZIMPERIUM, 'f2', 'malware'),
        kept(ZIMPERIUM, 'f3', 'never heard'),
      ]),
    );
    await classifyFindings(hub.store, new Serial(), () => false);
    const categories = (await hub.store.findings.ofDevices([PHONE])).map(({ id, category }) => [id, category]);
    expect(categories.sort()).toEqual([
      ['f1', expect.not.stringMatching('unclassified')],
      ['f2', 'app.malware'],
      ['f3', 'unclassified'],
    ]);
    expect(await hub.store.findings.query({ category: 'app.malware', limit: 10 })).toHaveLength(1);
    expect(await hub.store.findings.withoutCategory(10)).toEqual([]);
  } finally {
    await hub.close();
  }
});
