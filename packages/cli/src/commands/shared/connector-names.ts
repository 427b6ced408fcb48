import { KNOWN_PARTNERS } from '@sallyport/contracts/graph/partners.ts';
import { RequestRefused, type ConnectorResource, type HubClient } from '@sallyport/contracts/client/index.ts';
import { CONNECTORS } from './find.ts';

/** Puts names in the place of the ids of connectors in a text. Who may not read connectors still gets the names of known partners. */
export async function connectorNames(hub: HubClient): Promise<(text: string | null | undefined) => string | undefined> {
  const names = new Map([
    ...KNOWN_PARTNERS.map(({ connectorId, name }) => [connectorId, name] as const),
    ...(await connectorsOf(hub)).map(({ id, partnerDisplayName }) => [id, partnerDisplayName] as const),
  ]);
  return (text) => {
    let shown = text ?? undefined;
    for (const [id, name] of names) if (id && name) shown = shown?.replaceAll(id, () => name);
    return shown;
  };
}

async function connectorsOf(hub: HubClient): Promise<readonly ConnectorResource[]> {
  try {
    return await hub.all<ConnectorResource>(CONNECTORS);
  } catch (error) {
    if (error instanceof RequestRefused && error.status === 403) return [];
    throw error;
  }
}
