import type { VendorTools } from '../vendor.ts';
import { sharedSignalsSettings } from './settings.ts';
import { createSetVerifier, type SetVerifier } from './verify-set.ts';

type LinkSettings = Readonly<Record<string, unknown>>;

/** By the settings of the link as it runs: a changed link has others, and its verifier goes with the former. */
const verifiers = new WeakMap<LinkSettings, SetVerifier>();

/** One for each link, so that what is pushed and what is polled is judged by the same keys, read once for both. */
export function verifierOf(settings: LinkSettings, tools: Pick<VendorTools, 'http' | 'clock'>): SetVerifier {
  let verifier = verifiers.get(settings);
  if (verifier === undefined) {
    verifier = createSetVerifier(sharedSignalsSettings.parse(settings), tools);
    verifiers.set(settings, verifier);
  }
  return verifier;
}
