import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { z } from 'zod';
import { fieldMapSettings } from '../field-map/field-map-settings.ts';

/** Products whose CEF has a meaning of its own here. */
const PRESETS = ['jamf'] as const;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates in a text of PEM. Throws for what is none. */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  return (pem.match(CERTIFICATE) ?? []).map((one) => new X509Certificate(one));
}

const shape = {
  clientCa: z
    .string()
    .max(65_536)
    .refine(isCertificates, 'must be one or more certificates in PEM')
    .optional()
    .meta({
      title: 'Certificates of senders: authority',
      description:
        'PEM of the authority that issues the certificates of the senders, directly and not through another; or the certificates of the senders themselves. The safest way to tell who sends.',
    }),
  clientNames: z
    .array(z.string().trim().min(1).max(253))
    .max(100)
    .default([])
    .meta({
      title: 'Certificates of senders: names',
      description:
        'Names of which one must stand in the certificate (DNS name or common name). Without any, every certificate that the authority issued will do.',
    }),
  addresses: z
    .array(z.string().trim().refine(isAddress, 'must be an IP address or a range such as 10.1.0.0/16'))
    .max(100)
    .default([])
    .meta({
      title: 'Addresses of senders',
      description:
        'For senders that cannot show a certificate: the IP addresses and ranges from which they call. Weaker: whoever can call from there can report.',
    }),
  preset: z
    .enum(PRESETS)
    .optional()
    .meta({
      title: 'Preset',
      description:
        'For a product whose CEF the hub knows, in place of a field map. jamf: the Threat Events Stream of Jamf Security Cloud.',
    }),
  map: fieldMapSettings
    .optional()
    .meta({
      title: 'Field map',
      description:
        'Where our fields stand in a CEF message, such as $.externalId or $.cs1, and what its words mean. Not beside a preset.',
    }),
};

export const cefSettings = z.object(shape).superRefine((settings, context) => {
  const { clientCa, clientNames, addresses } = settings;
  const problem = problemOfMeaning(settings);
  if (problem !== undefined) context.addIssue({ code: 'custom', path: ['map'], message: problem });
  if (clientCa === undefined && addresses.length === 0)
    context.addIssue({
      code: 'custom',
      path: ['clientCa'],
      message: 'is needed, or addresses: without both nobody can be told to be the sender',
    });
  if (clientCa === undefined && clientNames.length > 0)
    context.addIssue({
      code: 'custom',
      path: ['clientCa'],
      message: 'is needed where names of certificates are given',
    });
});

/** For trying out a map, which needs no sender. */
export const cefTrySettings = z.object(shape);

export type CefSettings = z.infer<typeof cefSettings>;

/** Completes "map ...": why it cannot be known what a message means. */
export function problemOfMeaning({
  preset,
  map,
}: {
  readonly preset?: unknown;
  readonly map?: unknown;
}): string | undefined {
  if (preset === undefined && map === undefined) return 'is needed, or a preset';
  return preset !== undefined && map !== undefined ? 'must be left out beside a preset' : undefined;
}

function isCertificates(pem: string): boolean {
  try {
    return certificatesIn(pem).length > 0;
  } catch {
    return false;
  }
}

function isAddress(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
