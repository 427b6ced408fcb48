import { z } from 'zod';
import type { NamedLocation } from '@sallyport/core';
import { defineDocument } from '../document-type.ts';
import { flag, text, texts, typeName } from './members.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    namedLocation: true;
  }
}

/** An `ipNamedLocation` or a `countryNamedLocation`. */
const body = z.looseObject({
  '@odata.type': typeName,
  displayName: text,
  isTrusted: flag,
  ipRanges: z
    .array(z.looseObject({ cidrAddress: text }))
    .nullish()
    .transform((value) => value ?? []),
  countriesAndRegions: texts,
  includeUnknownCountriesAndRegions: flag,
});

export function toNamedLocation(stored: z.infer<typeof body>, id: string): NamedLocation {
  const displayName = stored.displayName ?? id;
  if (stored['@odata.type'] === 'countryNamedLocation') {
    return {
      id,
      displayName,
      isTrusted: false,
      countries: stored.countriesAndRegions,
      includeUnknownCountries: stored.includeUnknownCountriesAndRegions,
    };
  }
  return {
    id,
    displayName,
    isTrusted: stored.isTrusted,
    ranges: stored.ipRanges.flatMap(({ cidrAddress }) => cidrAddress ?? []),
  };
}

export const namedLocationDocument = defineDocument({
  kind: 'namedLocation',
  name: 'named location',
  body,
  toRule: toNamedLocation,
  unreadable: (id): NamedLocation => ({ id, displayName: id, isTrusted: false, isUnreadable: true }),
  effectOf: () => 'access',
  isTold: true,
});
