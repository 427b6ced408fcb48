import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { installedApps, installedCertificates, managedAppIds } from './apple-lists.ts';
import type { PlistDict } from './plist.ts';
import { parsePlist, PlistError } from './plist.ts';

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const wrapped = (inner: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0">${inner}</plist>`;
const inFixture = (name: string, key: string) => (parsePlist(fixture(name)) as PlistDict).get(key) ?? '';

test('every kind of value is read', () => {
  const value = parsePlist(
    wrapped(`<dict>
    <key>a</key><string> x &amp; &lt;y&gt; &#229; </string> <key>b</key><integer>23048830844</integer><key>c</key><real>1.5</real>
    <key>d</key><true/><key>e</key><false/><key>f</key><data> AAEC\n\tAw== </data><key>g</key><date>2026-01-02T03:04:05Z</date>
    <key>h</key><array><string/><dict/></array><!-- a remark --><key>__proto__</key><string><![CDATA[<z>]]></string></dict>`),
  );
  expect([...(value as PlistDict)]).toEqual([
    ['a', ' x & <y> å '],
    ['b', 23048830844],
    ['c', 1.5],
    ['d', true],
    ['e', false],
    ['f', Uint8Array.of(0, 1, 2, 3)],
    ['g', '2026-01-02T03:04:05Z'],
    ['h', ['', new Map()]],
    ['__proto__', '<z>'],
  ]);
});

test.each([
  ['', 'nothing'],
  ['{}', 'JSON'],
  ['bplist00\u0001', 'a binary list'],
  ['<plist/>', 'an empty list'],
  ['<html><body/></html>', 'another document'],
  [wrapped('<dict><key>a</key>'), 'a list that was cut off'],
  [fixture('installed_application_list.plist').slice(0, 900), 'an inventory that was cut off'],
  [wrapped('<string>a</string><string>b</string>'), 'two values'],
  [wrapped('<dict><string>a</string><true/></dict>'), 'a value without a key'],
  [wrapped('<dict><key>a</key></dict>'), 'a key without a value'],
  [wrapped('<integer>many</integer>'), 'a number that is none'],
  [wrapped('<script>x</script>'), 'an unknown element'],
  [wrapped('<dict>text</dict>'), 'text between elements'],
  [wrapped('<string><b>x</b></string>'), 'elements within text'],
  [wrapped('<constructor>x</constructor>'), 'an element with a hostile name'],
  [wrapped('<array>'.repeat(50_000)), 'a bottomless list'],
  [wrapped(`${'<array>'.repeat(5_000)}${'</array>'.repeat(5_000)}`), 'a very deep list'],
  [`<!DOCTYPE plist [<!ENTITY a "aaaaaaaa">]>${wrapped('<string>&a;&a;</string>')}`, 'entities of its own'],
  [`<!DOCTYPE plist [<!ENTITY a SYSTEM "file:///etc/passwd">]>${wrapped('<string>&a;</string>')}`, 'a file of ours'],
])('%# is refused: %o', (text) => {
  expect(() => parsePlist(text)).toThrow(PlistError);
});

test('what a refusal says quotes nothing of the document', () => {
  for (const text of [
    '<plist><secret-app>',
    wrapped('<dict><key>com.example.secret</key><b/></dict>'),
    wrapped('<integer>secret</integer>'),
  ]) {
    expect(() => parsePlist(text)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }));
  }
});

test('an iPhone tells all the facts that partners are given', () => {
  const apps = installedApps(
    inFixture('synthetic-ios-installed-application-list-jailbreak-app.plist', 'InstalledApplicationList'),
  );
  expect(apps).toHaveLength(3);
  expect(apps[2]).toEqual({
    appId: 'com.opa334.Dopamine',
    version: '1',
    shortVersion: '2.4',
    name: 'Dopamine',
    bundleSize: 41_000_000,
    dynamicSize: 3_000_000,
    validated: false,
    adHocSigned: true,
    fromAppStore: false,
    betaApp: false,
    deviceBasedVpp: false,
  });
});

test('a Mac tells less, and what it does not tell stays untold', () => {
  const apps = installedApps(inFixture('installed_application_list.plist', 'InstalledApplicationList'));
  expect(apps.map((app) => [app.appId, app.name, app.bundleSize, app.validated])).toEqual([
    ['com.apple.mail', 'Mail', 1, undefined],
    ['com.apple.dt.Xcode', 'Xcode', 23048830844, undefined],
    [undefined, 'https+++lucid', 819268, undefined],
  ]);
});

test('certificates keep their bytes and whether the device holds their keys', () => {
  const certificates = installedCertificates(inFixture('certificate_list.plist', 'CertificateList'));
  expect(
    certificates.map(({ commonName, isIdentity, data }) => [commonName, isIdentity, data.slice(0, 8)]),
  ).toContainEqual(['zentral', true, 'MIIDcjCC']);
});

test('hostile values in the right places are left out or cut', () => {
  const [app] = installedApps([
    new Map<string, never>(
      Object.entries({
        Identifier: 'x'.repeat(9_999),
        Name: 'a\u0000\u0007b',
        BundleSize: -5,
        DynamicSize: Infinity,
        IsValidated: 'yes',
        Version: 7,
      }) as never,
    ),
  ]);
  expect(app).toMatchObject({
    appId: 'x'.repeat(512),
    name: 'a b',
    version: '7',
    bundleSize: undefined,
    dynamicSize: undefined,
    validated: undefined,
  });
});

test('what is no list of apps is refused, since read as an empty one it would clear the device', () => {
  for (const list of ['no list', 7, new Map(), ['app'], [['app']], Array.from({ length: 5_001 }, () => new Map())]) {
    expect(() => installedApps(list)).toThrow(/InstalledApplicationList/);
    expect(() => installedCertificates(list)).toThrow(/CertificateList/);
  }
  for (const list of ['nothing', [], true]) expect(() => managedAppIds(list)).toThrow(/ManagedApplicationList/);
});

test('managed apps are those in the hands of the device management', () => {
  const app = (status: string) => new Map([['Status', status]]);
  expect(
    managedAppIds(
      new Map([
        ['a', app('Managed')],
        ['b', app('UserInstalledApp')],
        ['c', app('PromptingForUpdate')],
        ['d', app('???')],
      ]),
    ),
  ).toEqual(['a', 'c']);
});
