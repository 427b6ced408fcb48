import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_SIGNAL_LIMITS, SIGNAL_LIMIT_NAMES, SIGNAL_LIMIT_RANGES } from '@sallyport/core';
import { openAdminHub, type AdminHub } from '../testing.ts';

const URL = '/admin/v1/signal-limits';

let hub: AdminHub;
beforeAll(async () => {
  hub = await openAdminHub();
});
afterAll(() => hub.close());

describe('the limits of what partners report', () => {
  test('are the defaults at first, changed one by one, in force at once, and set back with null', async () => {
    expect((await hub.call('GET', URL)).body).toEqual({ ...DEFAULT_SIGNAL_LIMITS, warnings: [] });
    await hub.call('PATCH', URL, { holdDays: 60 });
    const { body, headers } = await hub.call('PATCH', URL, { badNewsDays: 90 });
    expect(body).toEqual({ ...DEFAULT_SIGNAL_LIMITS, badNewsDays: 90, holdDays: 60, warnings: [] });
    expect(headers).toMatchObject({ 'sallyport-devices-opened': '0', 'sallyport-devices-closed': '0' });
    expect((await hub.call('GET', URL)).body).toEqual(body);
    expect(hub.pipeline.decider.view.signalLimits).toEqual({ ...DEFAULT_SIGNAL_LIMITS, badNewsDays: 90, holdDays: 60 });
    expect((await hub.call('PATCH', URL, { badNewsDays: null, holdDays: null })).body).toEqual({
      ...DEFAULT_SIGNAL_LIMITS,
      warnings: [],
    });
  });

  test.each(
    SIGNAL_LIMIT_NAMES.flatMap((name) => {
      const { min, max } = SIGNAL_LIMIT_RANGES[name];
      return [min - 1, max + 1, min + 0.5, String(min)].map((value) => [name, value] as const);
    }),
  )('refuse %s %j with what is allowed', async (name, value) => {
    const { min, max } = SIGNAL_LIMIT_RANGES[name];
    const { status, body } = await hub.call('PATCH', URL, { [name]: value });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      target: name,
      message: `${name} must be a whole number from ${min} to ${max}.`,
    });
  });

  test('refuse members that are not known', async () => {
    expect((await hub.call('PATCH', URL, { goodNewsDays: 3 })).body.error.target).toBe('goodNewsDays');
    expect((await hub.call('POST', `${URL}/preview`, { badNewsDays: 0 })).body.error.target).toBe('badNewsDays');
  });

  test.each(SIGNAL_LIMIT_NAMES)(
    'say what %s opens when it is set to its most open value, and nothing at the other end',
    async (name) => {
      const { default: usual, min, max } = SIGNAL_LIMIT_RANGES[name];
      const [open, closed] = name === 'unreadVersionDays' ? [max, min] : [min, max];
      const { warnings } = (await hub.call('PATCH', URL, { [name]: open })).body;
      expect(warnings).toEqual([expect.stringContaining(`${name} is ${open} `)]);
      expect((await hub.call('PATCH', URL, { [name]: closed })).body.warnings).toEqual([]);
      await hub.call('PATCH', URL, { [name]: usual });
    },
  );

  test('are audited with what they were and are', async () => {
    await hub.call('PATCH', URL, { badNewsDays: 14 });
    await hub.call('PATCH', URL, { badNewsDays: 20 });
    expect(await hub.store.audit.list(1, 0)).toMatchObject([
      {
        operation: 'Patch',
        resourceType: 'signalLimits',
        changes: [{ property: 'badNewsDays', oldValue: '14', newValue: '20' }],
      },
    ]);
    await hub.call('PATCH', URL, { badNewsDays: null });
  });

  test('are for who may change settings', async () => {
    expect((await hub.call('GET', URL, undefined, ['Sallyport.Settings.Read.All'])).status).toBe(200);
    expect((await hub.call('PATCH', URL, {}, ['Sallyport.Settings.Read.All'])).status).toBe(403);
  });

  test('are told in the warning of a rule that ignores silent partners', async () => {
    await hub.call('PATCH', URL, { badNewsDays: 45 });
    const { body } = await hub.call('POST', '/admin/v1/merge-rules', {
      method: 'strictest',
      priority: 1,
      silentPartner: 'ignore',
    });
    expect(body.warning).toContain('for 45 days');
  });
});
