/**
 * The floor of durable intake: bare `node:http` in front of `node:sqlite`, which keeps each body and one state
 * in a table and answers after the flush. No token, no check, no rules. All bodies of one turn of the event loop
 * go into one transaction. `floor-server.ts FILE`
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';

const database = new DatabaseSync(process.argv[2] as string);
database.exec(
  'pragma journal_mode = wal; pragma synchronous = full; create table reports (seq integer primary key, raw text not null); create table states (device text primary key, state text not null)',
);
const addReport = database.prepare('insert into reports (raw) values (?)');
const setState = database.prepare(
  'insert into states (device, state) values (?, ?) on conflict (device) do update set state = excluded.state',
);
const waiting: { readonly raw: string; readonly response: ServerResponse }[] = [];
const HEADERS = ['content-type', 'application/json', 'content-length', '2'];

function commit(): void {
  const batch = waiting.splice(0);
  database.exec('begin immediate');
  for (const { raw } of batch) {
    for (const { device, threatState } of (
      JSON.parse(raw) as { reports: { device: { managedDeviceId: string }; threatState: string }[] }
    ).reports) {
      addReport.run(raw);
      setState.run(device.managedDeviceId, threatState);
    }
  }
  database.exec('commit');
  for (const { response } of batch) response.writeHead(200, HEADERS).end('{}');
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (waiting.push({ raw: Buffer.concat(chunks).toString('utf8'), response }) === 1) setImmediate(commit);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`));
process.on('SIGTERM', () => process.exit(0));
