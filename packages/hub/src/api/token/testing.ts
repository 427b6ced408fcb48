import { isoTime } from '../../platform/clock.ts';
import type { ApplicationDocument } from '../../platform/application.ts';
import { newSecret } from '../../platform/secrets.ts';
import type { DocumentReader } from '../../store/store.ts';

/** For tests: an application with one secret that is valid for a year from `now`. */
export function testApplication(
  now: number,
  overrides: Partial<ApplicationDocument> = {},
): { readonly body: ApplicationDocument; readonly secret: string } {
  const { secret, hash, hint } = newSecret();
  const body: ApplicationDocument = {
    appId: '11111111-2222-3333-4444-555555555555',
    displayName: 'Test client',
    permissions: ['User.Read.All'],
    mobileThreatDefenseConnectorId: null,
    identifierUris: [],
    deviceTrustSet: null,
    supportedObligations: [],
    strictContext: false,
    passwordCredentials: [
      {
        keyId: 'key-1',
        displayName: null,
        hint,
        hash,
        startDateTime: isoTime(now),
        endDateTime: isoTime(now + 365 * 86_400_000),
      },
    ],
    ...overrides,
  };
  return { body, secret };
}

/** For tests: applications as the store would list them; `bodies` may be changed at any time. */
export function documentsOf(bodies: readonly ApplicationDocument[]): { readonly documents: DocumentReader } {
  const rows = () =>
    bodies.map(
      (body) =>
        ({ kind: 'application', id: `object-${body.appId}`, body, createdAt: 0, modifiedAt: 0, version: 1 }) as const,
    );
  return {
    documents: {
      get: async (_kind, id) => rows().find((row) => row.id === id),
      find: async (_kind, ids) => rows().filter((row) => ids.includes(row.id)),
      list: async () => rows(),
      snapshot: async function* () {
        yield rows();
      },
    },
  };
}
