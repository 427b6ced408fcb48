import { describe, expect, test } from 'vitest';
import { normalHost, normalPath, ruleFor } from './application-of.ts';
import { toDoor } from './door.ts';
import type { ApplicationRule } from '../documents/kinds/door.ts';
import { doorBody, NO_TRUST_SETS } from './testing.ts';

describe('the path that the server behind the gateway will see', () => {
  test.each([
    ['/', '/'],
    ['/a/b?x=/c', '/a/b'],
    ['/A//B/', '/a/b/'],
    ['/public/../Mail', '/mail'],
    ['/public/%2e%2e/mail', '/mail'],
    ['/public%2f..%2fmail', '/mail'],
    ['/public\\..\\mail', '/mail'],
    ['/public/%5c../mail', '/mail'],
    ['/../../etc', '/etc'],
    ['/a/./b/.', '/a/b/'],
    ['/a/b/..', '/a/'],
    ['/%6Dail', '/mail'],
    ['/%252e%252e/x', '/%2e%2e/x'],
    ['/a#/../b', '/a'],
  ])('%s is %s', (target, path) => {
    expect(normalPath(target)).toBe(path);
  });

  test.each(['/%ff', '/%zz', '/a%00b', '/a%0ab', '*', 'http://x/y', ''])('%j cannot be judged', (target) => {
    expect(normalPath(target)).toBeUndefined();
  });
});

describe('which application a request is for', () => {
  const rules: readonly ApplicationRule[] = [
    { application: 'anything' },
    { pathPrefix: '/mail', application: 'mail' },
    { pathPrefix: '/mail/admin/', application: 'mail-admin' },
    { host: '*.example.com', application: 'wild' },
    { host: 'files.example.com', application: 'files' },
    { host: 'files.example.com', pathPrefix: '/Public', application: 'files-public' },
  ];
  const door = toDoor('d', doorBody({ applications: rules }), NO_TRUST_SETS);

  test.each([
    ['other.test', '/', 'anything'],
    ['other.test', '/mail', 'mail'],
    ['other.test', '/mail/x', 'mail'],
    ['other.test', '/mailbox', 'anything'],
    ['other.test', '/mail/admin/x', 'mail-admin'],
    ['other.test', '/mail/admin', 'mail'],
    ['a.example.com', '/mail', 'wild'],
    ['a.b.example.com', '/', 'wild'],
    ['example.com', '/', 'anything'],
    ['evilexample.com', '/', 'anything'],
    ['files.example.com', '/x', 'files'],
    ['files.example.com', '/public/x', 'files-public'],
  ])('%s%s is for %s', (host, path, application) => {
    expect(ruleFor(door, host, path)?.application).toBe(application);
  });

  test('hosts are compared without case, port and closing dot', () => {
    expect(normalHost('Files.Example.COM.:8443')).toBe('files.example.com');
    expect(normalHost('Files.Example.COM.')).toBe('files.example.com');
  });
});
