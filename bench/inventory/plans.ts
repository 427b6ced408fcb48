import { DatabaseSync } from 'node:sqlite';

/** The reads that a fleet's size must not show in, as the store sends them. */
const READS: Readonly<Record<string, string>> = {
  'changes since a cursor': `select * from device_apps inner join inventory_devices on inventory_devices.ord = device_apps.ord
    where platform = ? and change > ? order by change limit ?`,
  'the newest change, and what was forgotten': "select value from inventory_counters where name = 'appsChange'",
  'what was handed over of these devices': `select device_id from disclosed_devices inner join inventory_devices on inventory_devices.ord = disclosed_devices.ord
    where device_id in (select value from json_each(?)) and connector_id = ? order by device_id, connector_id, kind`,
  'hand-overs of a connector, newest first':
    'select seq from disclosures where connector_id = ? and seq < ? order by seq desc limit ?',
  "devices with users' own apps": `select device_id, device_apps.ord from device_apps inner join inventory_devices on inventory_devices.ord = device_apps.ord
    where platform = ? and own = 1 and device_apps.ord > ? order by device_apps.ord limit ?`,
  'removals to forget': 'select ord from device_apps where gone = 1 and change <= ? order by change limit ?',
  'apps that waited too long': 'select ord from pending_apps where until <= ? order by until limit ?',
};

/** Prints by which indexes SQLite answers them, and throws where it would read a whole table. */
export function explainReads(file: string): void {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    for (const [what, text] of Object.entries(READS)) {
      const steps = database
        .prepare(`explain query plan ${text}`)
        .all()
        .map(({ detail }) => String(detail));
      console.log(`${what}\n${steps.map((step) => `  ${step}\n`).join('')}`);
      const scan = steps.find((step) => step.startsWith('SCAN') && !step.includes('json_each'));
      if (scan !== undefined) throw new Error(`${what}: ${scan}`);
    }
  } finally {
    database.close();
  }
}
