import { applicationDocument } from '../platform/application.ts';
import type { Clock } from '../platform/clock.ts';
import type { Configuration } from '../documents/configuration.ts';
import type { DocumentReader, DocumentRow } from '../store/store.ts';

export interface AdoptionDependencies {
  readonly documents: DocumentReader;
  readonly configuration: Configuration;
  readonly clock: Clock;
}

/** The set that clients from before there were trust sets are given: what all of them believed then. */
export const FORMER_UNION = 'doors-at-upgrade';
const ACTOR = 'sallyport serve';
const ASKS = 'Sallyport.Access.Evaluate';

/**
 * Before there were trust sets, each client that asks for decisions believed the CAs of all enabled doors. Such clients
 * get exactly that union, by name and as it is now: a door that is made later vouches at itself only. Done once, since
 * every client that is written from now on holds the member.
 */
export async function adoptTrustSets({ documents, configuration, clock }: AdoptionDependencies): Promise<void> {
  if ((await documents.list('application')).every(isAdopted)) return;
  await configuration.write(ACTOR, async (tx, changed) => {
    const clients = (await tx.documents.list('application')).filter((row) => !isAdopted(row));
    const union = unionOf(await tx.documents.list('door'));
    const before = await tx.documents.get('trustSet', FORMER_UNION);
    if (union !== '' && before === undefined) {
      const after = { displayName: 'Device CAs of all doors when trust sets began', certificateAuthorities: union };
      await tx.documents.put('trustSet', FORMER_UNION, after, clock.now());
      changed({ kind: 'trustSet', id: FORMER_UNION, after });
    }
    for (const { id, body } of clients) {
      const after = { ...body, deviceTrustSet: union !== '' && asks(body) ? FORMER_UNION : null };
      await tx.documents.put('application', id, after, clock.now());
      changed({ kind: 'application', id, before: body, after });
    }
  });
}

/** One that cannot be read is nobody's client, and left alone. */
function isAdopted({ body }: DocumentRow): boolean {
  return body['deviceTrustSet'] !== undefined || !applicationDocument.safeParse(body).success;
}

function asks(body: DocumentRow['body']): boolean {
  return (body['permissions'] as readonly string[]).includes(ASKS);
}

/** Each certificate once. */
function unionOf(doors: readonly DocumentRow[]): string {
  const enabled = doors.filter(({ body }) => body['enabled'] === true && typeof body['deviceCa'] === 'string');
  const blocks = enabled.flatMap(
    ({ body }) =>
      (body['deviceCa'] as string).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu) ?? [],
  );
  return [...new Set(blocks)].map((block) => `${block}\n`).join('');
}
