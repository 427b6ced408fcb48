import { sql } from 'kysely';
import { androidManagementOf, type AndroidManagement } from '@sallyport/core';
import { STRICT, SUPERSEDED_BY, type DeviceRow, type DeviceSnapshotRow } from '../store.ts';
import { gluedPages, PAGE } from './glued-pages.ts';
import { toPosture } from './posture-body.ts';
import { builders } from './session.ts';
import type { ReadSession } from './session.ts';

type Facts = readonly [
  id: string,
  operatingSystem: string,
  osVersion: string,
  azureADDeviceId: string | null,
  easDeviceId: string | null,
  serialNumber: string | null,
  userId: string | null,
  lastSyncAt: number,
  enrolledAt: number,
  /** Not there in what was written before it was kept. */
  androidManagement?: AndroidManagement | null,
  /** 1: `DeviceSnapshotRow.strict`. */
  strict?: 0 | 1,
  supersededBy?: string,
];

/** The JSON array kept in `devices.facts`. */
export function factsOf(row: DeviceRow): string {
  const { resource } = row;
  const superseded = textOf(resource[SUPERSEDED_BY]);
  const facts = [
    row.id,
    textOf(resource['operatingSystem']) ?? '',
    textOf(resource['osVersion']) ?? '',
    textOf(resource['azureADDeviceId']),
    textOf(resource['easDeviceId']),
    textOf(resource['serialNumber']),
    textOf(resource['userId']),
    instantOf(resource['lastSyncDateTime']) ?? row.modifiedAt,
    instantOf(resource['enrolledDateTime']) ?? row.createdAt,
    androidManagementOf(resource) ?? null,
  ] as const;
  const strict = resource[STRICT] === true ? 1 : 0;
  const whole: Facts = superseded !== null ? [...facts, strict, superseded] : strict === 1 ? [...facts, strict] : facts;
  return JSON.stringify(whole);
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function instantOf(value: unknown): number | null {
  const instant = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? null : instant;
}

/** Every device with its posture. */
export async function* snapshot(session: ReadSession): AsyncGenerator<readonly DeviceSnapshotRow[]> {
  const pages = gluedPages(session, (after) =>
    builders[session.dialect]
      .selectFrom('devices')
      // Said of both tables: PostgreSQL merges them, and would otherwise begin at the first posture for every page.
      .leftJoin('postures', (join) =>
        join.onRef('postures.device_id', '=', 'devices.id').on('postures.device_id', '>', after),
      )
      .select(['devices.id as id', sql<string>`devices.facts || ',' || coalesce(postures.body, 'null')`.as('item')])
      .where('devices.id', '>', after)
      .orderBy('devices.id')
      .limit(PAGE)
      .as('page'),
  );
  for await (const { values, count } of pages) yield rowsOf(values, count);
}

function rowsOf(items: readonly unknown[], count: number): readonly DeviceSnapshotRow[] {
  const rows = new Array<DeviceSnapshotRow>(count);
  for (let i = 0; i < count; i += 1) {
    const facts = items[2 * i] as Facts;
    const posture = items[2 * i + 1];
    rows[i] = {
      id: facts[0],
      operatingSystem: facts[1],
      osVersion: facts[2],
      azureADDeviceId: facts[3],
      easDeviceId: facts[4],
      serialNumber: facts[5],
      userId: facts[6],
      lastSyncAt: facts[7],
      enrolledAt: facts[8],
      androidManagement: facts[9] ?? null,
      strict: facts[10] === 1 || undefined,
      ...(facts[11] !== undefined && { supersededBy: facts[11] }),
      posture: posture === null ? null : toPosture(posture),
    };
  }
  return rows;
}
