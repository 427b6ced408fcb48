import { UsageError } from '../frame/usage-error.ts';

/** @throws UsageError */
export function listenAddress(text: string | undefined): { readonly host: string; readonly port: number } {
  const [, host, port] = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+):(\d{1,5})$/iu.exec(text ?? 'localhost:0') ?? [];
  if (host === undefined || Number(port) > 65_535)
    throw new UsageError(`--listen must be HOST:PORT, such as localhost:8443 or 0.0.0.0:443, not "${text ?? ''}".`);
  return { host: host.replaceAll(/[[\]]/gu, ''), port: Number(port) };
}

/** @throws UsageError */
export function publicAddress(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.pathname !== '/' || url.search !== '' || url.username !== '')
    throw new UsageError(`--public-url must be https://host[:port], not "${text}".`);
  return url.origin;
}
