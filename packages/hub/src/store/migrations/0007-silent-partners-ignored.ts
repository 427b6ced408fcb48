import type { Migration } from './migration.ts';

/**
 * Where no merge rule says otherwise a silent partner's bad news stays from now on (`keepWorse`). A hub that has been at
 * work keeps `ignore`, as a rule that its administrator sees, and changes or deletes; every rule of its own goes first.
 * Breaking: an older version drops what views of devices now hold, and would open what a lost contact keeps closed.
 */
export const silentPartnersIgnored: Migration = {
  number: 7,
  name: 'silent partners ignored',
  breaking: true,
  statements: () => [
    `insert into documents (kind, id, body, created_at, modified_at, version)
     select 'mergeRule', '5f0c9a52-6e0b-4f57-9a4e-6f3a3d0c7b01', '{"platform":null,"groupId":null,"priority":1000000,"method":"strictest","silentPartner":"ignore"}',
       max(modified_at), max(modified_at), 1
     from documents where kind = 'mobileThreatDefenseConnector' having count(*) > 0`,
  ],
};
