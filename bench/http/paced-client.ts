/**
 * A client that sends at a given rate whatever comes back, so that a server that stalls is seen to stall. The
 * time of a request runs from the moment it was due and this process could have sent it, also while all
 * connections are waiting for answers. Settings as JSON in `PACE`; prints the figures as JSON.
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { percentile } from '../shared/statistics.ts';

export interface Pace {
  readonly host: string;
  readonly port: number;
  /** A file with one body a line; sent round and round. */
  readonly bodies: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** Seconds at the start that do not count. */
  readonly warmUp: number;
}

export interface PacedFigures {
  readonly perSecond: number;
  readonly answered: number;
  readonly notOk: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const pace = JSON.parse(process.env['PACE'] ?? '') as Pace;
const requests = readFileSync(pace.bodies, 'utf8').trimEnd().split('\n').map(requestOf);
const idle: Connection[] = [];
/** Due, and no connection was free: when each became due. */
const overdue: number[] = [];
const latencies: number[] = [];
let sent = 0;
let notOk = 0;

interface Connection {
  readonly socket: Socket;
  dueAt: number;
  received: Buffer | undefined;
}

await Promise.all(Array.from({ length: pace.connections }, open));
const start = performance.now();
const countFrom = start + pace.warmUp * 1_000;
const until = countFrom + pace.seconds * 1_000;
let due = 0;
tick();

function tick(): void {
  const now = performance.now();
  const dueByNow = Math.floor(((Math.min(now, until) - start) * pace.perSecond) / 1_000);
  for (; due < dueByNow; due += 1) {
    const connection = idle.pop();
    if (connection === undefined) overdue.push(now);
    else sendOn(connection, now);
  }
  if (now < until || idle.length < pace.connections) setTimeout(tick, 1);
  else finish();
}

function sendOn(connection: Connection, dueAt: number): void {
  connection.dueAt = dueAt;
  connection.socket.write(requests[sent % requests.length] as Buffer);
  sent += 1;
}

function take(connection: Connection, chunk: Buffer): void {
  const bytes = connection.received === undefined ? chunk : Buffer.concat([connection.received, chunk]);
  const headEnd = bytes.indexOf('\r\n\r\n');
  const head = headEnd < 0 ? '' : bytes.toString('latin1', 0, headEnd);
  const length = headEnd < 0 ? Infinity : Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  if (bytes.length < headEnd + 4 + length) {
    connection.received = bytes;
    return;
  }
  connection.received = undefined;
  if (!head.startsWith('HTTP/1.1 2')) notOk += 1;
  const now = performance.now();
  if (connection.dueAt >= countFrom) latencies.push(now - connection.dueAt);
  const next = overdue.shift();
  if (next === undefined) idle.push(connection);
  else sendOn(connection, next);
}

async function open(): Promise<void> {
  const socket = connect({ host: pace.host, port: pace.port, noDelay: true });
  const connection: Connection = { socket, dueAt: 0, received: undefined };
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('data', (chunk: Buffer) => take(connection, chunk));
  socket.on('close', () => {
    console.error('The server closed a connection.');
    process.exit(1);
  });
  idle.push(connection);
}

function requestOf(body: string): Buffer {
  const headers = Object.entries({
    host: `${pace.host}:${pace.port}`,
    ...pace.headers,
    'content-length': String(Buffer.byteLength(body)),
  });
  return Buffer.from(
    `POST ${pace.path} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
}

function finish(): void {
  latencies.sort((a, b) => a - b);
  const figures: PacedFigures = {
    perSecond: latencies.length / pace.seconds,
    answered: latencies.length,
    notOk,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    maxMs: latencies.at(-1) ?? Number.NaN,
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0));
}
