import type { Reason } from '@sallyport/core';
import { catalogueIn, ENGLISH } from '@sallyport/texts';
import { expect, test } from 'vitest';
import type { HintsView } from '../../evidence/user-hints.ts';
import type { AccessAnswer } from '../../view/ports.ts';
import { ReasonsMemo } from './reasons-memo.ts';

const last: Reason = { code: 'os_version_below_minimum', required: '17', actual: '16' };
const first: Reason = { code: 'partner_app_deactivated', rule: 'r' };
const answerWith = (...reasons: readonly Reason[]): AccessAnswer => ({
  decision: false,
  reasons,
  obligations: [],
  reportOnly: [],
});

test('what was written is found again for the same reasons in the same language, and for no others', () => {
  let written = 0;
  const memo = new ReasonsMemo({ organization: {} } as unknown as HintsView);
  const get = (language: string, ...reasons: readonly Reason[]) =>
    memo.get(answerWith(...reasons), language === 'en' ? ENGLISH : catalogueIn(language), () => String((written += 1)));
  expect(get('en', first, last)).toBe('1');
  expect(get('en', { ...first }, last)).toBe('1');
  const changes: readonly Partial<Reason>[] = [{ heldDays: 30 }, { remark: true }, { until: 'x' }, { actual: 'y' }];
  for (const [at, change] of changes.entries()) expect(get('en', { ...first, ...change }, last)).toBe(String(at + 2));
  expect(get('sv', first, last)).toBe('6');
  expect(get('sv', last)).toBe('7');
});
