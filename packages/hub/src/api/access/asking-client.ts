import type { AskingClient, Caller } from '../../http/route-access.ts';

/** Of a caller whose registration says nothing: no certificate counts, nothing is owed to it, what it sends is read leniently. */
const ORDINARY: AskingClient = { trustSet: null, obligations: new Set(), strictContext: false };

export function askingClient(caller: Caller | undefined): AskingClient {
  return caller?.asking ?? ORDINARY;
}
