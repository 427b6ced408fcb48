import { z } from 'zod';
import { secret } from '../vendor.ts';

const KEY_TYPES = ['auto', 'managedDeviceId', 'entraDeviceId', 'serialNumber', 'imei', 'udid', 'easDeviceId'] as const;

/** Of an Authorization header: printable, with spaces between its parts. */
const headerValue = z
  .string()
  .trim()
  .min(16, 'must have at least 16 characters')
  .max(4096)
  .regex(/^[\x20-\x7e]+$/, 'must be letters, digits and signs');

/** An address exactly as the other side writes it: an issuer is compared letter by letter. */
function address() {
  return z
    .url({ protocol: /^https?$/, error: 'must be an address that begins with https://', abort: true })
    .max(2048)
    .refine((text) => {
      const { username, password, hash } = new URL(text);
      return username === '' && password === '' && hash === '';
    }, 'must not hold a user name or a fragment');
}

/** Push, poll or both: each part is used when its fields are filled in. */
export const sharedSignalsSettings = z
  .object({
    issuer: address()
      .refine((text) => new URL(text).search === '', 'must not hold a query')
      .meta({
        title: 'Issuer',
        description:
          'Of the transmitter, exactly as it writes it in "iss". Its metadata is looked for at the standard address below it.',
      }),
    audience: z
      .string()
      .trim()
      .min(1)
      .max(2048)
      .meta({
        title: 'Audience',
        description: 'What the transmitter puts into "aud" for us; the configuration of the stream tells it.',
      }),
    streamId: z
      .string()
      .trim()
      .min(1)
      .max(512)
      .optional()
      .meta({
        title: 'Stream',
        description:
          'The id of the stream, if known. Then verifications and announcements about other streams are refused.',
      }),
    metadataUrl: address()
      .optional()
      .meta({
        title: 'Metadata address',
        description: 'Only where the transmitter does not keep its ssf-configuration at the standard address.',
      }),
    jwksUrl: address()
      .optional()
      .meta({
        title: 'Keys address',
        description: 'Only where the transmitter has no metadata: the address of its JSON Web Key Set.',
      }),
    pushAuthorization: headerValue
      .optional()
      .meta({
        title: 'Push: Authorization',
        description:
          'The whole value of the Authorization header that the transmitter sends, such as "Bearer" and a long random text. Without it nothing is received by push.',
        secret: true,
        incoming: true,
      }),
    pollUrl: address()
      .optional()
      .meta({
        title: 'Poll: address',
        description: 'The endpoint_url of the stream, where events are asked for. Without it nothing is polled.',
        destination: true,
      }),
    pollAuthorization: secret(
      headerValue.optional(),
      'Poll: Authorization',
      'The whole value of the Authorization header that we send when polling. Or fill in the token address and credentials.',
    ),
    tokenUrl: address()
      .optional()
      .meta({
        title: 'Poll: token address',
        description: 'Where a token for polling is given (OAuth 2.0 client credentials).',
        destination: true,
      }),
    clientId: z
      .string()
      .trim()
      .min(1)
      .max(512)
      .optional()
      .meta({ title: 'Poll: client id', description: 'Under which the transmitter knows us at its token address.' }),
    clientSecret: secret(
      z.string().trim().min(8, 'must be the whole secret').max(4096).optional(),
      'Poll: client secret',
      'Is shown at the token address together with the client id.',
    ),
    scope: z
      .string()
      .trim()
      .min(1)
      .max(512)
      .optional()
      .meta({
        title: 'Poll: scope',
        description: 'For what the token is asked, such as ssf.read. Empty: nothing is named.',
      }),
    pollSeconds: z
      .number()
      .int()
      .min(1)
      .max(3600)
      .default(10)
      .meta({
        title: 'Poll again after (seconds)',
        description:
          'Where the transmitter answers at once although it has no events. One that holds its answer back is asked again at once.',
      }),
    deviceId: z
      .enum(KEY_TYPES)
      .default('auto')
      .meta({
        title: 'Device ids',
        description:
          'What the transmitter\'s ids of devices are. "auto": a GUID is tried as managed device id and as Entra id, a UDID as such; anything else is the transmitter\'s own id, which an administrator assigns once.',
      }),
    lowRisk: z
      .enum(['low', 'secured'])
      .default('low')
      .meta({
        title: 'Risk LOW means',
        description:
          'CAEP has no word for "no risk". "secured" where the transmitter says LOW for a device without threats, as Sallyport itself does.',
      }),
    notCompliantLevel: z
      .enum(['low', 'medium', 'high'])
      .default('high')
      .meta({
        title: 'Not compliant counts as',
        description: 'The level of a device that the transmitter calls not-compliant.',
      }),
    compliantIsSecured: z
      .boolean()
      .default(false)
      .meta({
        title: 'Compliant is secured',
        description:
          'Off: "compliant" only ends what an earlier "not-compliant" of this transmitter began. On: it also makes a device secured of which nothing was said before.',
      }),
    acceptSubjectInEvent: z
      .boolean()
      .default(true)
      .meta({
        title: 'Subject inside the event',
        description:
          "Take events whose subject stands in the event, as Okta's form and older drafts have it. Off: SSF 1.0 only.",
      }),
  })
  .superRefine((settings, context) => {
    const issue = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    const { tokenUrl, clientId, clientSecret } = settings;
    const token = Object.entries({ tokenUrl, clientId, clientSecret });
    const given = token.filter(([, value]) => value !== undefined).length;
    if (given > 0)
      for (const [field, value] of token)
        if (value === undefined) issue(field, 'is needed together with the token address, client id and client secret');
    if (settings.pollUrl !== undefined && given === 0 && settings.pollAuthorization === undefined)
      issue('pollAuthorization', 'is needed to poll; or fill in the token address and credentials');
    if (settings.pollUrl === undefined && settings.pushAuthorization === undefined)
      issue('pushAuthorization', 'is needed to receive by push; or fill in the address to poll');
  });

export type SharedSignalsSettings = z.infer<typeof sharedSignalsSettings>;

/** The issuer is only compared where another address tells the metadata or the keys. */
export function addressesCalled({
  metadataUrl,
  jwksUrl,
}: Pick<SharedSignalsSettings, 'metadataUrl' | 'jwksUrl'>): readonly (keyof SharedSignalsSettings)[] {
  const always = ['metadataUrl', 'jwksUrl', 'pollUrl', 'tokenUrl'] as const;
  return metadataUrl === undefined && jwksUrl === undefined ? ['issuer', ...always] : always;
}

const { deviceId, lowRisk, notCompliantLevel, compliantIsSecured } = sharedSignalsSettings.shape;

/** The settings that say what words mean. */
export const meanings = z.object({ deviceId, lowRisk, notCompliantLevel, compliantIsSecured });

export type Meanings = z.infer<typeof meanings>;
