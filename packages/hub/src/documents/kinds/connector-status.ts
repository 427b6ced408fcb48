import { z } from 'zod';
import type { Connector, ConnectorError, ConnectorState } from '@sallyport/core';
import type { DocumentRow } from '../../store/store.ts';
import { defineDocument, readBody, type Effect, type RuleChange } from '../document-type.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    connectorStatus: true;
  }
}

/** What is done with a value of the vendor's about protection that no table holds. */
export interface HandledTerm {
  /** As `termKey` names it. */
  readonly term: string;
  /** `disregarded`: a change of its vocabulary, which says nothing about a device. `enforced`: missing data, however many hold it. */
  readonly handling: 'disregarded' | 'enforced';
  readonly since: number;
  /** Devices that held it when that was decided. */
  readonly devices: number;
  /** The administrator's client; absent: the hub did it by itself, and ends it when no device holds the value any more. */
  readonly by?: string | undefined;
}

/** A stored `connectorStatus` document, whose id is the connector's: what the partner said of itself, and the state that was last noted. */
export interface ConnectorStatus {
  readonly deprovisioned: boolean;
  /** When the partner withdrew; absent in what was stored before that was noted. */
  readonly deprovisionedAt?: number | undefined;
  readonly error: ConnectorError | null;
  readonly state: ConnectorState | null;
  /** Absent while every unknown value is treated by the rule for them. */
  readonly terms?: readonly HandledTerm[] | undefined;
}

export type StatusRule = ConnectorStatus & { readonly isUnreadable?: true | undefined };

const UNREADABLE: StatusRule = { deprovisioned: false, error: null, state: null, isUnreadable: true };

const NEW_STATUS: ConnectorStatus = { deprovisioned: false, error: null, state: null };

/** The part of it that the rules know. */
export function lifeOf(
  status: StatusRule | undefined,
): Pick<Connector, 'deprovisioned' | 'deprovisionedAt' | 'error' | 'isLifeUnknown' | 'disregardedTerms'> {
  if (status?.isUnreadable === true) return { isLifeUnknown: true };
  return {
    deprovisioned: status?.deprovisioned ?? false,
    deprovisionedAt: status?.deprovisionedAt,
    error: status?.error ?? undefined,
    disregardedTerms: disregardedTerms(status),
  };
}

function disregardedTerms(status: ConnectorStatus | undefined): readonly string[] | undefined {
  const terms = status?.terms?.flatMap(({ term, handling }) => (handling === 'disregarded' ? [term] : [])) ?? [];
  return terms.length === 0 ? undefined : terms;
}

const handledTerm = z.object({
  term: z.string(),
  handling: z.enum(['disregarded', 'enforced']),
  since: z.number(),
  devices: z.number(),
  by: z.string().optional(),
});

const body: z.ZodType<ConnectorStatus> = z.object({
  deprovisioned: z.boolean(),
  deprovisionedAt: z.number().optional(),
  error: z.object({ code: z.string(), message: z.string().optional(), at: z.number() }).nullable(),
  state: z.enum(['unavailable', 'notSetUp', 'available', 'enabled', 'unresponsive', 'error']).nullable(),
  terms: z.array(handledTerm).optional(),
});

/** Who withdraws counts otherwise for all devices, and what is done with a value for those of which it was reported. */
function effectOfStatus({ id, before, after }: RuleChange<StatusRule>): Effect {
  if (
    before?.isUnreadable !== after?.isUnreadable ||
    (before?.deprovisioned ?? false) !== (after?.deprovisioned ?? false)
  )
    return 'fleet';
  const [was, is] = [disregardedTerms(before) ?? [], disregardedTerms(after) ?? []];
  const changed = [...was.filter((term) => !is.includes(term)), ...is.filter((term) => !was.includes(term))];
  return changed.length === 0 ? 'none' : { connectorId: id, ofTerms: changed };
}

/**
 * Without one a partner counts as if it had never withdrawn. Of one that cannot be read nobody knows: the hub writes it anew
 * when the partner is heard.
 */
export const connectorStatusDocument = defineDocument({
  kind: 'connectorStatus',
  name: 'connector status',
  body,
  toRule: (stored: ConnectorStatus): StatusRule => stored,
  unreadable: () => UNREADABLE,
  effectOf: effectOfStatus,
  isTold: true,
});

/** A new one where there is none. @param known what was readable before, for a row that is not any more */
export function statusIn(row: DocumentRow | undefined, known: StatusRule | undefined): ConnectorStatus {
  if (row === undefined) return NEW_STATUS;
  return (
    readBody(connectorStatusDocument, row) ?? (known === undefined || known.isUnreadable === true ? NEW_STATUS : known)
  );
}
