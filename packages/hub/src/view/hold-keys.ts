import { holdNamesOf, type Signal } from '@sallyport/core';

/** The names under which a view's hold is found again: of a connector, each name of the identity that reported it. */
export function holdKeys(connectorId: string, names: readonly string[]): readonly string[] {
  return names.map((name) => `${connectorId}\n${name}`);
}

export function holdKeysOf(connectorId: string, signal: Signal): readonly string[] {
  return holdKeys(connectorId, holdNamesOf(signal));
}
