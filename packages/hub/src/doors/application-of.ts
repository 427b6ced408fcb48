import type { ApplicationRule } from '../documents/kinds/door.ts';
import type { Door } from './door.ts';

/** The rule for a request; `undefined` when none fits. `path` comes from `normalPath`. */
export function ruleFor(door: Pick<Door, 'applications'>, host: string, path: string): ApplicationRule | undefined {
  return door.applications.find((rule) => hostFits(rule.host, host) && pathFits(rule.pathPrefix, path));
}

function hostFits(wanted: string | undefined, host: string): boolean {
  if (wanted === undefined || wanted === host) return true;
  return wanted.startsWith('*.') && host.endsWith(wanted.slice(1)) && host.length > wanted.length - 1;
}

function pathFits(prefix: string | undefined, path: string): boolean {
  if (prefix === undefined) return true;
  const wanted = prefix.toLowerCase();
  if (!path.startsWith(wanted)) return false;
  return wanted.endsWith('/') || path.length === wanted.length || path[wanted.length] === '/';
}

/** Lower case, without port and the dot of the root. */
export function normalHost(host: string): string {
  return host.toLowerCase().replace(/:\d+$/u, '').replace(/\.$/u, '');
}

/**
 * The path of a raw request target as the server behind the gateway will see it: decoded once, backslashes as
 * slashes, empty and dot segments resolved, lower case. Otherwise `/public/%2e%2e/mail` would be judged by
 * the rules of `/public` and served as `/mail`. `undefined` for what cannot be decoded or holds control characters.
 */
export function normalPath(target: string): string | undefined {
  const raw = target.split(/[?#]/u, 1)[0] ?? '';
  let decoded: string;
  try {
    decoded = decodeURIComponent(raw);
  } catch {
    return undefined;
  }
  if (!decoded.startsWith('/') || /[\u0000-\u001f\u007f]/u.test(decoded)) return undefined;
  const segments: string[] = [];
  for (const segment of decoded.replaceAll('\\', '/').split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const closing = /[/\\]\.{0,2}$/u.test(decoded) && segments.length > 0 ? '/' : '';
  return `/${segments.join('/')}${closing}`.toLowerCase();
}
