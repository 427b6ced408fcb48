import { z } from 'zod';
import { hashOfSecret, secretMatches } from '../../platform/secrets.ts';
import { secret, type ReceivedHeaders } from '../vendor.ts';

/** The settings of a webhook whose caller shows a secret in a header. `pusher` is what sends: `zConsole`. */
export function headerSecretSettings(pusher: string, what: string) {
  return {
    webhookHeader: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[a-z0-9-]{1,64}$/, 'must be the name of an HTTP header')
      .default('x-sallyport-secret')
      .meta({
        title: `${what}: header name`,
        description: `Name of the header in which ${pusher} sends the secret below.`,
      }),
    webhookSecret: secret(
      z
        .string()
        .trim()
        .min(24, 'must have at least 24 characters')
        .max(512)
        .regex(/^[\x21-\x7e]+$/, 'must be letters, digits and signs without spaces')
        .optional(),
      `${what}: secret`,
      `A long random text of your making, which ${pusher} sends as the value of the header. Without it nothing is received.`,
    ).meta({ incoming: true }),
  };
}

/** Whether the header holds the secret of the settings. Takes as long for a wrong one; nothing fits where there is none. */
export function showsSecret(
  headers: ReceivedHeaders,
  { webhookHeader, webhookSecret }: { readonly webhookHeader: string; readonly webhookSecret?: string | undefined },
): boolean {
  const given = headers[webhookHeader];
  return webhookSecret !== undefined && typeof given === 'string' && secretMatches(given, hashOfSecret(webhookSecret));
}
