import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { checkItems } from './check-items.ts';
import { Locator, stepsOf } from './locate.ts';
import { readImport } from './read-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-import-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('what a file holds', () => {
  test.each([
    [
      'an answer of Graph',
      'a.json',
      '{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#deviceManagement/managedDevices(id)","value":[{"operatingSystem":"iOS"}]}',
      ['managedDevices'],
    ],
    [
      'another one',
      'b.json',
      '{"@odata.context":"https://x/v1.0/$metadata#identity/conditionalAccess/policies","value":[{"displayName":"p","conditions":{}}]}',
      ['conditionalAccessPolicies'],
    ],
    [
      'a list, told by the name of the file',
      'users.json',
      '[{"displayName":"A","userPrincipalName":"a@x"}]',
      ['users'],
    ],
    [
      'sections, in the order in which they refer to each other',
      'c.json',
      '{"groups":[{"displayName":"G"}],"devices":{"value":[{"operatingSystem":"iOS"}]},"users":[{"displayName":"A","userPrincipalName":"a@x"}]}',
      ['users', 'managedDevices', 'groups'],
    ],
    [
      'one policy',
      'd.json',
      '{"@odata.type":"#microsoft.graph.iosCompliancePolicy","displayName":"P","scheduledActionsForRule":[]}',
      ['deviceCompliancePolicies'],
    ],
  ])('%s', async (_, name, text, kinds) => {
    const { items, problems } = await readImport(file(name, text));
    expect(problems).toEqual([]);
    expect(items.map(({ kind }) => kind.name)).toEqual(kinds);
  });

  test('a folder is all its .json files', async () => {
    mkdirSync(join(folder, 'export'));
    file('export/groups.json', '[{"displayName":"G"}]');
    file('export/users.json', '\ufeff[{"displayName":"A","userPrincipalName":"a@x"}]');
    file('export/readme.txt', 'no');
    expect((await readImport(join(folder, 'export'))).items.map(({ kind }) => kind.one)).toEqual(['user', 'group']);
  });

  test('a backup by IntuneBackupAndRestore is its policies with their assignments; what is not read is said', async () => {
    const target = { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' };
    for (const name of ['backup/Device Compliance Policies/Assignments', 'backup/Device Configurations', 'backup/.git'])
      mkdirSync(join(folder, name), { recursive: true });
    file(
      'backup/Device Compliance Policies/iOS.json',
      '\ufeff{"@odata.type":"#microsoft.graph.iosCompliancePolicy","displayName":"iOS"}',
    );
    file('backup/Device Compliance Policies/Assignments/iOS.json', JSON.stringify([{ id: 'a_b', target }]));
    file('backup/Device Compliance Policies/Assignments/Gone.json', '[]');
    for (const path of ['backup', 'backup/Device Compliance Policies']) {
      const { items, problems, notes } = await readImport(join(folder, path));
      expect(problems).toEqual([]);
      expect(items.map(({ item }) => item.assignments)).toEqual([[{ id: 'a_b', target }]]);
      expect(notes.map((note) => note.file.slice(folder.length + 1))).toEqual([
        ...(path === 'backup' ? ['backup/Device Configurations'] : []),
        'backup/Device Compliance Policies/Assignments/Gone.json',
      ]);
    }
    file('backup/Device Compliance Policies/Assignments/iOS.json', '{');
    expect((await readImport(join(folder, 'backup'))).problems).toMatchObject([
      {
        file: expect.stringMatching(/Assignments.iOS\.json$/),
        message: expect.stringContaining('list of assignments'),
      },
    ]);
    await expect(readImport(join(folder, 'backup/Device Configurations'))).rejects.toThrow('holds no .json files.');
    mkdirSync(join(folder, 'empty/inner'), { recursive: true });
    await expect(readImport(join(folder, 'empty'))).rejects.toThrow('The folders in it are not read: inner.');
  });

  test('UTF-16, as Windows PowerShell writes it, is read, and what is neither that nor UTF-8 is refused', async () => {
    const text = '[{"displayName":"Zoë","userPrincipalName":"zoe@x"}]';
    mkdirSync(join(folder, 'utf16'));
    const utf16 = join(folder, 'utf16', 'users.json');
    writeFileSync(utf16, `\ufeff${text}`, 'utf16le');
    expect((await readImport(utf16)).items.map(({ item }) => item.displayName)).toEqual(['Zoë']);
    writeFileSync(utf16, text, 'latin1');
    expect((await readImport(utf16)).problems).toMatchObject([{ message: expect.stringContaining('is not in UTF-8') }]);
  });

  test('a page of several is taken, with a note', async () => {
    const { items, notes, problems } = await readImport(
      file(
        'h.json',
        '{"@odata.context":"https://x/v1.0/$metadata#users",\n"@odata.nextLink":"https://x/v1.0/users?$skiptoken=2",\n"value":[{"displayName":"A","userPrincipalName":"a@x"}]}',
      ),
    );
    expect([items.length, problems, notes]).toEqual([
      1,
      [],
      [expect.objectContaining({ line: 2, message: expect.stringContaining('one page of several') })],
    ]);
  });

  test('objects as PowerShell prints them are told how to export them', async () => {
    mkdirSync(join(folder, 'pascal'));
    const { items } = await readImport(file('pascal/users.json', '[{"DisplayName":"A","UserPrincipalName":"a@x"}]'));
    expect(
      checkItems(items)
        .map(({ message }) => message)
        .join(),
    ).toContain('Invoke-MgGraphRequest');
  });

  test('what cannot be told or read is a problem with its line', async () => {
    expect((await readImport(file('e.json', '[\n {"x": 1},\n 7]'))).problems).toMatchObject([
      { line: 2, message: expect.stringContaining('cannot be told what this is') },
      { line: 3, message: 'must be an object' },
    ]);
    expect((await readImport(file('f.json', '{"users": [\n  {"a": ]}\n'))).problems).toMatchObject([
      { line: 2, message: expect.stringContaining('line 2, column 9') },
    ]);
    await expect(readImport(join(folder, 'nowhere'))).rejects.toThrow('There is no');
  });

  test('files in capitals are read; a link to nothing is a problem', async () => {
    mkdirSync(join(folder, 'mixed'));
    file('mixed/GROUPS.JSON', '[{"displayName":"G"}]');
    file('mixed/users.json', '[{"displayName":"A","userPrincipalName":"a@x"}]');
    symlinkSync(join(folder, 'gone.json'), join(folder, 'mixed/z.json'));
    const { items, problems } = await readImport(join(folder, 'mixed'));
    expect(items.map(({ kind }) => kind.one)).toEqual(['user', 'group']);
    expect(problems).toMatchObject([
      { file: join(folder, 'mixed/z.json'), message: expect.stringContaining('cannot be read') },
    ]);
    await expect(readImport(join(folder, 'mixed/z.json'))).rejects.toThrow('is a link to something that is not there');
  });

  test('a member that stands twice, and a version that is none, are problems with their lines', async () => {
    expect(
      (
        await readImport(
          file('twice.json', '{"users": [\n {"displayName": "A",\n  "displayName": "B", "userPrincipalName": "a@x"}]}'),
        )
      ).problems,
    ).toMatchObject([
      { line: expect.any(Number), field: 'users[0].displayName', message: expect.stringContaining('stands twice') },
    ]);
    const { items } = await readImport(
      file(
        'v.json',
        '{"@odata.type":"#microsoft.graph.iosCompliancePolicy","displayName":"P","scheduledActionsForRule":[],\n"osMinimumVersion":"17.x"}',
      ),
    );
    expect(checkItems(items)).toMatchObject([{ line: 2, field: 'osMinimumVersion' }]);
  });
});

test('everything that is wrong is told at once, each with line and field', async () => {
  const { items } = await readImport(
    file(
      'g.json',
      `{"users": [
  {"displayName": "A"},
  {"id": "7", "displayName": "B", "userPrincipalName": "b@x"},
  {"displayName": "C",
   "userPrincipalName": "B@X", "accountEnabled": "yes"}
]}`,
    ),
  );
  expect(checkItems(items).map(({ line, field }) => [line, field])).toEqual([
    [2, 'userPrincipalName'],
    [3, 'id'],
    [5, 'accountEnabled'],
    [5, 'userPrincipalName'],
  ]);
});

describe('lines of values', () => {
  test('are found by path, or by the nearest value above', () => {
    const locator = new Locator('{\n "a": [\n  {"b": 1},\n  {"b":\n   {"c": "x,]}"}}\n ]\n}');
    expect(locator.line(stepsOf('a[1].b.c'))).toBe(5);
    expect(locator.line(stepsOf('a[1].b'))).toBe(5);
    expect(locator.line(stepsOf('a[1].nothing'))).toBe(4);
    expect(locator.line(stepsOf('z'))).toBe(1);
  });

  test('are found in a large file, which is read once for all of them', () => {
    const devices = Array.from({ length: 20_000 }, (_, i) => ({
      deviceName: `Phone ${i}`,
      operatingSystem: 'Android',
      serialNumber: `SN-${i}`,
      notes: { a: [1, 2, 3] },
    }));
    const locator = new Locator(JSON.stringify({ managedDevices: devices }, null, 1));
    for (let i = 0; i < 20_000; i += 1)
      expect(locator.line(['managedDevices', i, 'serialNumber'])).toBe(3 + i * 12 + 3);
  });

  test('are those of JSON.stringify, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify({ first: value, last: 'here' }, null, 1);
        const expected = text.split('\n').findIndex((line) => line === ' "last": "here"') + 1;
        expect(new Locator(text).line(['last'])).toBe(expected);
      }),
    );
  });
});
