import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Stands between a store and its server, and can break the connection at the worst moment. */
export interface PostgresProxy {
  readonly url: string;
  /**
   * Breaks the connection of the next commit before the server hears of it, or before it can answer.
   *
   * @param carrying only of a transaction that sends this text: work in the background commits as well
   */
  cutNextCommit(
    what: 'request' | 'answer' | 'request, and stay away' | 'answer, and stay away',
    carrying?: string,
  ): void;
  /** After "and stay away": lets connections through again. */
  comeBack(): void;
  stop(): Promise<void>;
}

/** @param serverUrl of a server of `startPostgres` */
export async function startPostgresProxy(serverUrl: string): Promise<PostgresProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-proxy-'));
  const { pathname, searchParams } = new URL(serverUrl.replace('@/', '@localhost/'));
  const target = join(searchParams.get('host') ?? '', '.s.PGSQL.5432');
  const open = new Set<Socket>();
  let cut: { readonly what: string; readonly carrying: string } | undefined;
  let away = false;

  function breakAll(): void {
    for (const socket of open) socket.destroy();
  }

  function stayAway(): void {
    away = true;
    breakAll();
  }

  const proxy = createServer((client) => {
    if (away) return void client.destroy();
    const upstream = connect(target);
    const both = [client, upstream];
    const breakBoth = () => both.forEach((socket) => socket.destroy());
    for (const socket of both) {
      open.add(socket);
      socket.on('error', breakBoth).on('close', () => {
        open.delete(socket);
        breakBoth();
      });
    }
    upstream.on('data', (chunk) => client.write(chunk));
    let carries = false;
    client.on('data', (chunk) => {
      carries ||= cut !== undefined && chunk.includes(cut.carrying);
      const isCommit = chunk.includes('commit\0');
      const what = isCommit && carries ? cut?.what : undefined;
      if (isCommit) carries = false;
      if (what === undefined) return void upstream.write(chunk);
      cut = undefined;
      const broken = what.endsWith('stay away') ? stayAway : breakBoth;
      if (what.startsWith('request')) return broken();
      upstream.removeAllListeners('data').once('data', broken);
      upstream.write(chunk);
    });
  });
  proxy.listen(join(folder, '.s.PGSQL.5432'));
  await once(proxy, 'listening');
  return {
    url: `postgres://sallyport@${pathname}?host=${encodeURIComponent(folder)}`,
    cutNextCommit(what, carrying = '') {
      cut = { what, carrying };
    },
    comeBack() {
      away = false;
    },
    async stop() {
      const closed = once(proxy, 'close');
      proxy.close();
      breakAll();
      await closed;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
