import { HubError } from '@sallyport/contracts';

/** Text that a gateway writes when it had no value: nginx, Caddy, Apache and HAProxy templates. */
const PLACEHOLDER = /^(?:\$\{?\w+\}?|\{[\w.>:-]+\}|%\{[^}]*\}\w*|%\[[^\]]*\]|\(null\)|-)$/u;

/**
 * The values of exactly these headers (lower case), and of no others. A header that comes twice is refused:
 * the gateway sets each once, so one of the two is somebody else's.
 *
 * @throws HubError `invalid_request` that names the header
 */
export function ownHeaders(rawHeaders: readonly string[], wanted: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    if (!wanted.has(name)) continue;
    const value = rawHeaders[i + 1] as string;
    if (found.has(name))
      throw misconfigured(name, 'came twice; the gateway must set it, which replaces what the client sent');
    if (PLACEHOLDER.test(value))
      throw misconfigured(name, `holds the placeholder "${value.slice(0, 60)}" and no value`);
    if (value !== '') found.set(name, value);
  }
  return found;
}

/** @throws HubError when it is missing */
export function requiredHeader(headers: ReadonlyMap<string, string>, name: string): string {
  const value = headers.get(name);
  if (value === undefined) throw misconfigured(name, 'is missing');
  return value;
}

export function misconfigured(name: string, problem: string): HubError {
  return new HubError(
    'invalid_request',
    `The header ${name} ${problem}. Compare the gateway's configuration with the manual.`,
    { field: name },
  );
}
