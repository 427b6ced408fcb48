import type { Migration } from './migration.ts';

/** Hand-overs of any period, of all partners or of one, are found by index and in their order. */
export const disclosuresByTime: Migration = {
  number: 6,
  name: 'disclosures by time',
  breaking: false,
  statements: () => [
    'create index disclosures_at on disclosures (at, seq)',
    'create index disclosures_connector_at on disclosures (connector_id, at, seq)',
    'drop index disclosures_connector',
  ],
};
