import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generateModel } from './generate-model.ts';
import { modelEnum, propertiesOf } from './model.ts';

test('the checked-in model is what the script makes of the schema files', () => {
  expect(readFileSync(new URL('model.json', import.meta.url), 'utf8')).toBe(generateModel());
});

test('beta is wider than v1.0', () => {
  expect(propertiesOf('mobileThreatDefenseConnector', 'v1.0').has('macEnabled')).toBe(false);
  expect(propertiesOf('mobileThreatDefenseConnector', 'beta').has('macEnabled')).toBe(true);
  expect(modelEnum('deviceComplianceActionType')?.betaOnly).toEqual(['remoteLock']);
});

test('ranges come from the descriptions of the schema', () => {
  expect(propertiesOf('iosCompliancePolicy').get('passcodeMinimumLength')).toMatchObject({ min: 4, max: 14 });
  expect(propertiesOf('deviceComplianceActionItem').get('gracePeriodHours')).toMatchObject({ min: 0, max: 8760 });
});
