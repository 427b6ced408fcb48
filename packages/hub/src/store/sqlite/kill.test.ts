import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openSqliteStore } from './sqlite-store.ts';

const moduleOf = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));

/** Adds batches of reports, each with as many outbox rows, and prints the number of each batch once it is committed. */
const writer = (file: string, round: number) => `
  import { openSqliteStore } from ${moduleOf('./sqlite-store.ts')};
  import { outboxRow, report } from ${moduleOf('../contract/rows.ts')};
  const store = await openSqliteStore({ file: ${JSON.stringify(file)} });
  for (let batch = 0; ; batch += 1) {
    const ids = Array.from({ length: 20 }, (_, i) => \`${round}-\${batch}-\${i}\`);
    await store.transaction(async (tx) => {
      await tx.reports.add(ids.map((id) => report(id)));
      await tx.outbox.append(ids.map((id) => outboxRow(id)));
    });
    console.log(batch);
  }
`;

/** Answers how many batches were acknowledged before the process was killed. */
async function writeUntilKilled(file: string, round: number): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', writer(file, round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line) + 1;
    if (acknowledged === 25 + round) child.kill('SIGKILL');
  }
  await exited;
  return acknowledged;
}

test('after kill -9 everything that was acknowledged is there, each batch whole, reports and outbox alike', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-kill-'));
  const file = join(folder, 'hub.sqlite');
  try {
    for (let round = 0; round < 3; round += 1) {
      const acknowledged = await writeUntilKilled(file, round);
      const store = await openSqliteStore({ file });
      const ids = (await store.reports.replay(0, 100_000))
        .map((row) => row.reportId)
        .filter((id) => id.startsWith(`${round}-`));
      const told = (await store.outbox.after(0, 100_000))
        .map((row) => row.subject)
        .filter((id) => id.startsWith(`${round}-`));
      await store.close();
      expect(acknowledged).toBeGreaterThanOrEqual(25);
      expect(ids.length).toBeGreaterThanOrEqual(acknowledged * 20);
      expect(ids.length % 20).toBe(0);
      expect(told).toEqual(ids);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
