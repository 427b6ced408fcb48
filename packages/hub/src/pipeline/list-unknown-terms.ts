import { termKey } from '@sallyport/core';
import type { Store } from '../store/store.ts';
import type { ReadModel } from '../view/read-model.ts';
import type { HandledTerm, ListedTerm } from './ports.ts';
import { recordedTerms } from './record-unknown-terms.ts';

/** Device ids that are given with each. */
const SAMPLES = 20;

type Listed = Omit<ListedTerm, 'devices' | 'deviceIds' | 'handled'> & { readonly reportedOf: readonly string[] };

/** What reports brought, what devices hold, and what somebody decided about, each value once. */
export async function listUnknownTerms(
  { store, memory }: { readonly store: Pick<Store, 'documents'>; readonly memory: ReadModel },
  only?: string,
): Promise<readonly ListedTerm[]> {
  const listed = new Map<string, Listed>();
  for (const [id, { deviceIds, ...term }] of recordedTerms(await store.documents.list('unknownTerm')))
    listed.set(id, { ...term, reportedOf: deviceIds });
  for (const { id } of memory.connectors) {
    const known = [...memory.fleet.terms.terms(id)].map(([term]) => term);
    for (const term of [...known, ...termsOf(memory, id).map((one) => one.term)]) {
      const key = `${id}/${term}`;
      if (!listed.has(key))
        listed.set(key, {
          connectorId: id,
          ...parts(term),
          about: 'protection',
          firstSeenAt: null,
          lastSeenAt: null,
          reportId: null,
          reportedOf: [],
        });
    }
  }
  const wanted = [...listed].filter(([, { connectorId }]) => only === undefined || connectorId === only);
  return wanted.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, term]) => withDevices(memory, term));
}

function withDevices(memory: ReadModel, { reportedOf, ...term }: Listed): ListedTerm {
  const key = termKey(term);
  const holders = memory.fleet.terms.holders(term.connectorId, key);
  const devices = term.about === 'protection' ? holders.size : reportedOf.length;
  const deviceIds = (term.about === 'protection' ? [...holders] : reportedOf).slice(0, SAMPLES);
  return {
    ...term,
    devices,
    deviceIds,
    handled: termsOf(memory, term.connectorId).find((one) => one.term === key) ?? null,
  };
}

function termsOf(memory: ReadModel, connectorId: string): readonly HandledTerm[] {
  return memory.rulebook.connectorStatus(connectorId)?.terms ?? [];
}

/** The first ": " of a term stands behind its field. */
function parts(term: string): { readonly field: string; readonly value: string } {
  const at = term.indexOf(': ');
  return { field: term.slice(0, at), value: term.slice(at + 2) };
}
