import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HubError } from '@sallyport/contracts';
import { parseExactJson } from '../platform/exact-json.ts';
import { hasRepeatedMembers, parseWithRepeats } from '../platform/repeated-members.ts';
import { positionOfJsonError } from './json-position.ts';

/** No document of ours is nested nearly as deep. */
const MAX_JSON_DEPTH = 32;

/** Makes the server read JSON our strict way, in place of Fastify's. */
export function useJsonBodies(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    // The type of a body that is not there says nothing, and `curl -d ''` and PowerShell's Invoke-RestMethod send one.
    if (request.headers['content-length'] === '0') delete request.headers['content-type'];
    done();
  });
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser(
    /^application\/(?:[\w.-]+\+)?json(?:\s*;|$)/i,
    { parseAs: 'buffer' },
    (request, body, done) => {
      try {
        requireIdentity(request);
        requireUtf8(request);
        done(null, bodyOf(request, body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    },
  );
}

/** A vendor cannot be made to write better JSON, and what it reports must not be lost: its bodies are read by rules of their own. */
function bodyOf({ routeOptions: { config } }: FastifyRequest, body: Buffer): unknown {
  if (config.access?.kind === 'webhook') return parseVendorBody(body);
  const value = parseJsonBody(body);
  if (config.anyText !== true && body.includes('\\u')) refuseUnstorableText(value, '');
  return value;
}

/** Unpacked, a small body could be of any size, so packed ones are refused and not taken for broken JSON. */
function requireIdentity(request: FastifyRequest): void {
  const coding = request.headers['content-encoding'];
  if (coding === undefined || coding.toLowerCase() === 'identity') return;
  throw new HubError(
    'unsupported_media_type',
    `Content-Encoding "${coding.slice(0, 40)}" is not supported; send the body as it is.`,
    { field: 'Content-Encoding' },
  );
}

/** RFC 8259 section 8.1: JSON on the wire is UTF-8. Graph clients may add `odata.metadata=minimal` and the like. */
export function requireUtf8(request: FastifyRequest): void {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(charset)) {
    throw new HubError(
      'unsupported_media_type',
      `The body is declared as "${charset.slice(0, 40)}"; send it as UTF-8.`,
      { field: 'Content-Type' },
    );
  }
}

/** The text of a body, without a byte order mark. Throws for bytes that are not UTF-8. */
export function utf8Text(body: Buffer): string {
  if (!isUtf8(body)) throw new HubError('invalid_json', 'The body is not valid UTF-8.');
  const text = body.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/** `undefined` for an empty body. Throws `invalid_json` with the line and column of the fault, or with the name that stands twice. */
export function parseJsonBody(body: Buffer): unknown {
  if (body.byteLength === 0) return undefined;
  const text = utf8Text(body);
  const value = parsed(text, JSON.parse);
  refuseRepeatedMembers(text, value);
  return value;
}

/** Of a name that stands twice the worse reading is to count, by `readingsOf`. */
function parseVendorBody(body: Buffer): unknown {
  return body.byteLength === 0 ? undefined : parsed(utf8Text(body), parseExactJson);
}

function parsed(text: string, parse: (text: string) => unknown): unknown {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new HubError(
      'invalid_json',
      `The body is not valid JSON: ${describePosition(text, positionOfJsonError(text))}.`,
      {},
      { cause },
    );
  }
  if (isHostile(value, 1)) refuseHostileShapes(value, '', 1);
  return value;
}

/** Two readers would see two things in such an object (RFC 8259 section 4). */
function refuseRepeatedMembers(text: string, value: unknown): void {
  if (!hasRepeatedMembers(text, value)) return;
  const field = parseWithRepeats(text).first;
  if (field !== undefined)
    throw new HubError('invalid_json', `The member ${field} is there twice; send each member of an object once.`, {
      field,
    });
}

/**
 * No text of a document holds U+0000 or half of a surrogate pair: PostgreSQL stores neither, and what is refused there
 * must not be stored here. In JSON both can be written as escapes only.
 */
function refuseUnstorableText(value: unknown, field: string): void {
  if (typeof value === 'string') {
    if (isStorable(value)) return;
    throw new HubError(
      'invalid_request',
      `${field === '' ? 'The body' : field} holds the character U+0000 or half of a surrogate pair, which cannot be stored.`,
      { field },
    );
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (!isStorable(name))
      throw new HubError(
        'invalid_request',
        'The name of a member holds the character U+0000 or half of a surrogate pair.',
        { field },
      );
    const path = Array.isArray(value) ? `${field}[${name}]` : field === '' ? name : `${field}.${name}`;
    refuseUnstorableText(member, path);
  }
}

function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

function describePosition(text: string, position: number): string {
  if (position >= text.length) return 'it ends too early';
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1} (position ${position})`;
}

/** Whether `refuseHostileShapes` would refuse it, found out without keeping track of where. */
function isHostile(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth > MAX_JSON_DEPTH) return true;
  if (Array.isArray(value)) return value.some((item) => isHostile(item, depth + 1));
  for (const name in value) {
    if (
      name === '__proto__' ||
      name === 'constructor' ||
      isHostile((value as Record<string, unknown>)[name], depth + 1)
    )
      return true;
  }
  return false;
}

/**
 * Refuses documents nested too deep, and members named `__proto__` or `constructor.prototype`: harmless as
 * parsed, but a later merge of objects could take them for the prototype itself.
 */
function refuseHostileShapes(value: unknown, field: string, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_JSON_DEPTH) {
    throw new HubError('invalid_json', `The body is nested deeper than ${MAX_JSON_DEPTH} levels.`, {
      field: field.slice(0, 200),
    });
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index];
      if (typeof item === 'object' && item !== null) refuseHostileShapes(item, `${field}[${index}]`, depth + 1);
    }
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    const path = field === '' ? name : `${field}.${name}`;
    if (
      name === '__proto__' ||
      (name === 'constructor' && typeof member === 'object' && member !== null && Object.hasOwn(member, 'prototype'))
    ) {
      throw new HubError('invalid_json', `A member must not be called "${name}".`, { field: path });
    }
    if (typeof member === 'object' && member !== null) refuseHostileShapes(member, path, depth + 1);
  }
}
