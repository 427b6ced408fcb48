import { expect, test } from 'vitest';
import type { DocumentRow, Store } from '../store.ts';
import { device, finding, T0 } from './rows.ts';

export function configurationCases(store: () => Store): void {
  test('a document is created with version 1 and counts its writes', async () => {
    const created = await store().transaction((tx) => tx.documents.put('door', 'nginx', { a: 1 }, T0));
    expect(created).toEqual({ kind: 'door', id: 'nginx', body: { a: 1 }, createdAt: T0, modifiedAt: T0, version: 1 });
    const replaced = await store().transaction((tx) => tx.documents.put('door', 'nginx', { b: null }, T0 + 5));
    expect(replaced).toEqual({
      kind: 'door',
      id: 'nginx',
      body: { b: null },
      createdAt: T0,
      modifiedAt: T0 + 5,
      version: 2,
    });
    expect(await store().documents.get('door', 'nginx')).toEqual(replaced);
  });

  test('expectVersion lets only the one who knows the current version write', async () => {
    await store().transaction((tx) => tx.documents.put('door', 'nginx', { v: 1 }, T0));
    await store().transaction(async (tx) => {
      expect(await tx.documents.put('door', 'nginx', { v: 3 }, T0, 2)).toBeUndefined();
      expect((await tx.documents.put('door', 'nginx', { v: 2 }, T0, 1))?.version).toBe(2);
      expect(await tx.documents.put('door', 'nginx', { v: 4 }, T0, 1)).toBeUndefined();
      expect(await tx.documents.put('door', 'missing', {}, T0, 1)).toBeUndefined();
    });
    expect((await store().documents.get('door', 'nginx'))?.body).toEqual({ v: 2 });
    expect(await store().documents.get('door', 'missing')).toBeUndefined();
  });

  test('of several who expect the same version, one wins', async () => {
    await store().transaction((tx) => tx.documents.put('door', 'nginx', { by: 'nobody' }, T0));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, by) =>
        store().transaction((tx) => tx.documents.put('door', 'nginx', { by }, T0, 1)),
      ),
    );
    expect(answers.filter((answer) => answer !== undefined)).toHaveLength(1);
    expect((await store().documents.get('door', 'nginx'))?.version).toBe(2);
  });

  test('of transactions that hold the documents, each sees what those before it wrote', async () => {
    await Promise.all(
      Array.from({ length: 8 }, () =>
        store().transaction(async (tx) => {
          await tx.documents.hold();
          const doors = await tx.documents.list('door');
          await tx.documents.put('door', `door-${doors.length}`, {}, T0);
        }),
      ),
    );
    expect((await store().documents.list('door')).map((row) => row.id)).toEqual(
      Array.from({ length: 8 }, (_, n) => `door-${n}`),
    );
  });

  test('the same id in another kind is another document', async () => {
    await store().transaction(async (tx) => {
      await tx.documents.put('user', 'x', { is: 'user' }, T0);
      await tx.documents.put('group', 'x', { is: 'group' }, T0);
      expect(await tx.documents.delete('user', 'x')).toBe(true);
      expect(await tx.documents.delete('user', 'x')).toBe(false);
    });
    expect(await store().documents.get('user', 'x')).toBeUndefined();
    expect((await store().documents.get('group', 'x'))?.body).toEqual({ is: 'group' });
  });

  test('documents are listed by time of creation, then id', async () => {
    await store().transaction(async (tx) => {
      await tx.documents.put('user', 'c', {}, T0 + 1);
      await tx.documents.put('user', 'b', {}, T0);
      await tx.documents.put('user', 'a', {}, T0 + 1);
      await tx.documents.put('user', 'B', {}, T0);
      await tx.documents.put('user', 'b', { again: true }, T0 + 9);
    });
    expect((await store().documents.list('user')).map((row) => row.id)).toEqual(['B', 'b', 'a', 'c']);
    expect(await store().documents.list('door')).toEqual([]);
    expect(await store().documents.find('user', ['c', 'nobody', 'b', 'B', 'c'])).toEqual(
      (await store().documents.list('user')).filter((row) => row.id !== 'a'),
    );
    expect(await store().documents.find('group', ['c'])).toEqual([]);
    expect(await store().documents.find('user', [])).toEqual([]);
  });

  test('a snapshot gives each document of a kind once, by id, however many there are', async () => {
    const ids = Array.from({ length: 4_500 }, (_, n) => `u-${(n * 7919) % 4_500}-"\\\u00e5\u{1F511}`);
    await store().transaction(async (tx) => {
      for (const id of ids) await tx.documents.put('user', id, { of: id, nested: { list: [1, null] } }, T0);
      await tx.documents.put('group', 'g', {}, T0);
    });
    const rows = [];
    for await (const page of store().documents.snapshot('user')) rows.push(...page);
    expect(rows.map((row) => row.id)).toEqual(rows.map((row) => row.id).toSorted());
    expect(new Set(rows.map((row) => row.id))).toEqual(new Set(ids));
    expect(rows).toHaveLength(4_500);
    expect(rows[0]).toEqual(await store().documents.get('user', rows[0]?.id ?? ''));
    for await (const page of store().documents.snapshot('door')) expect(page).toEqual([]);
  });

  test('a body that is no object is empty and marked, and costs the others nothing', async () => {
    await store().transaction(async (tx) => {
      for (const [id, body] of [
        ['a', { is: 'a' }],
        ['b', 5],
        ['c', null],
        ['d', ['x']],
        ['e', { is: 'e' }],
      ] as const)
        await tx.documents.put('user', id, body as never, T0);
    });
    const expected = [
      ['a', { is: 'a' }, undefined],
      ['b', {}, true],
      ['c', {}, true],
      ['d', {}, true],
      ['e', { is: 'e' }, undefined],
    ];
    const shown = (rows: readonly DocumentRow[]): unknown =>
      rows.map(({ id, body, unreadable }) => [id, body, unreadable]);
    expect(shown(await store().documents.list('user'))).toEqual(expected);
    const pages = [];
    for await (const page of store().documents.snapshot('user')) pages.push(...page);
    expect(shown(pages)).toEqual(expected);
    expect((await store().documents.get('user', 'b'))?.unreadable).toBe(true);
  });

  test('a snapshot of members gives each once, large groups in several parts', async () => {
    const members = Array.from({ length: 23_000 }, (_, n) => `m${n}`);
    await store().transaction(async (tx) => {
      await tx.members.add('b', ['m1', 'x"\\y']);
      await tx.members.add('a', members);
      await tx.members.add('c', ['b']);
    });
    const pairs: string[] = [];
    for await (const part of store().members.snapshot())
      for (const { groupId, memberIds } of part) pairs.push(...memberIds.map((id) => `${groupId} ${id}`));
    expect(pairs).toHaveLength(23_003);
    expect(new Set(pairs)).toEqual(new Set([...members.map((id) => `a ${id}`), 'b m1', 'b x"\\y', 'c b']));
  });

  test('bodies come back as they went in', async () => {
    const body = { text: 'å\u0000\u{1F511}"\\', nested: [{ a: null }, 1.5, true, '0'], '': 'empty name' };
    await store().transaction((tx) => tx.documents.put('user', 'u', body, T0));
    expect((await store().documents.get('user', 'u'))?.body).toEqual(body);
  });

  test('members can be added again and removed once', async () => {
    await store().transaction(async (tx) => {
      await tx.members.add('g1', ['u1', 'u2', 'u1']);
      await tx.members.add('g1', ['u2', 'u3']);
      await tx.members.add('g2', ['g1', 'u1']);
      expect(await tx.members.remove('g1', 'u2')).toBe(true);
      expect(await tx.members.remove('g1', 'u2')).toBe(false);
    });
    expect([...(await store().members.of('g1'))].sort()).toEqual(['u1', 'u3']);
    expect(await store().members.of('unknown')).toEqual([]);
    expect(await store().members.all()).toHaveLength(4);
  });

  test('the first members of groups are those with the lowest ids, and no more than asked for', async () => {
    await store().transaction(async (tx) => {
      await tx.members.add(
        'g1',
        Array.from({ length: 30 }, (_, n) => `u${((n * 7) % 30) + 10}`),
      );
      await tx.members.add('g2', ['u1']);
      await tx.members.add('g3', ['u1', 'g2']);
      expect((await tx.members.firstOf(['g3'], 1)).get('g3')).toEqual(['g2']);
    });
    expect(await store().members.firstOf(['g2', 'g1', 'nobody'], 3)).toEqual(
      new Map([
        ['g1', ['u10', 'u11', 'u12']],
        ['g2', ['u1']],
      ]),
    );
    expect(await store().members.firstOf([], 3)).toEqual(new Map());
  });

  test('removeAll takes an id out as group and as member', async () => {
    await store().transaction(async (tx) => {
      await tx.members.add('g1', ['u1']);
      await tx.members.add('g2', ['g1', 'u2']);
      await tx.members.removeAll('g1');
    });
    expect(await store().members.all()).toEqual([{ groupId: 'g2', memberId: 'u2' }]);
  });

  test('a heartbeat never goes back in time', async () => {
    await store().transaction(async (tx) => {
      await tx.heartbeats.set('lookout', T0);
      await tx.heartbeats.set('lookout', T0 - 1);
      await tx.heartbeats.set('zimperium', T0 + 1);
    });
    expect(await store().heartbeats.all()).toEqual(
      new Map([
        ['lookout', T0],
        ['zimperium', T0 + 1],
      ]),
    );
    await store().transaction((tx) => tx.heartbeats.set('lookout', T0 + 7));
    expect((await store().heartbeats.all()).get('lookout')).toBe(T0 + 7);
    await store().transaction((tx) => tx.heartbeats.forget('lookout'));
    expect([...(await store().heartbeats.all()).keys()]).toEqual(['zimperium']);
  });

  test('heartbeats and findings that lie ahead are pulled back, and the others stay', async () => {
    await store().transaction(async (tx) => {
      await tx.heartbeats.set('lookout', T0);
      await tx.heartbeats.set('zimperium', T0 + 100);
      await tx.devices.put([device('d1')]);
      await tx.findings.put([finding('d1', 'f1', { observedAt: T0 }), finding('d1', 'f2', { observedAt: T0 + 100 })]);
    });
    const pulled = await store().transaction(async (tx) => [
      await tx.heartbeats.pullBack(T0 + 10),
      await tx.findings.pullBack(T0 + 10, T0 + 5),
      await tx.findings.pullBack(T0 + 10, T0 + 5),
    ]);
    expect(pulled).toEqual([1, 1, 0]);
    expect(await store().heartbeats.all()).toEqual(
      new Map([
        ['lookout', T0],
        ['zimperium', T0 + 10],
      ]),
    );
    expect((await store().findings.ofDevices(['d1'])).map(({ id, observedAt }) => [id, observedAt])).toEqual([
      ['f2', T0 + 5],
      ['f1', T0],
    ]);
  });

  test('the database has a clock of its own or none', async () => {
    const at = await store().clock();
    if (at !== undefined) expect(Math.abs(at - Date.now())).toBeLessThan(60_000);
  });

  test('the audit is listed newest first, in pages', async () => {
    const row = (id: string, at: number) => ({
      id,
      at,
      actor: 'admin',
      operation: 'Patch',
      resourceType: 'deviceCompliancePolicy',
      resourceId: 'p1',
      changes: [{ property: 'displayName', oldValue: null, newValue: 'x' }],
    });
    await store().transaction(async (tx) => {
      await tx.audit.append([row('a', T0), row('b', T0 + 1)]);
      await tx.audit.append([row('c', T0 + 1)]);
    });
    expect((await store().audit.list(10, 0)).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect(await store().audit.list(1, 2)).toEqual([row('a', T0)]);
  });
}
