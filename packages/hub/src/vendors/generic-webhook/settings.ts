import { z } from 'zod';
import { fieldMapSettings, path } from '../field-map/field-map-settings.ts';
import { secret } from '../vendor.ts';

const header = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9-]{1,64}$/, 'must be the name of an HTTP header');

const AUTHENTICATIONS = ['hmac-sha256', 'secret'] as const;
const SECRET_ENCODINGS = ['text', 'base64', 'hex'] as const;
const SIGNATURE_ENCODINGS = ['hex', 'base64'] as const;

const webhookSecret = secret(
  z
    .string()
    .trim()
    .min(24, 'must have at least 24 characters')
    .max(512)
    .regex(/^[\x21-\x7e]+$/, 'must be letters, digits and signs without spaces'),
  'Secret',
  'The key of the signature, or the value of the header. A long random text that the sender knows as well.',
).meta({ incoming: true });

const shape = {
  authentication: z
    .enum(AUTHENTICATIONS)
    .default('hmac-sha256')
    .meta({
      title: 'Authentication',
      description:
        'hmac-sha256: each call is signed with the secret (better: the secret itself never travels). secret: the header holds the secret.',
    }),
  webhookHeader: header
    .default('x-sallyport-signature')
    .meta({ title: 'Header', description: 'Name of the header that holds the signature, or the secret.' }),
  secretEncoding: z
    .enum(SECRET_ENCODINGS)
    .default('text')
    .meta({
      title: 'Form of the secret',
      description:
        'For signatures: text is used as it is written; base64 and hex are decoded first. A whsec_ in front of base64 is left out.',
    }),
  signatureEncoding: z
    .enum(SIGNATURE_ENCODINGS)
    .default('hex')
    .meta({ title: 'Form of the signature', description: 'How the sender writes the signature.' }),
  signaturePrefix: z
    .string()
    .trim()
    .max(32)
    .regex(/^[\x21-\x7e]*$/, 'must be letters, digits and signs without spaces')
    .default('')
    .meta({
      title: 'In front of the signature',
      description: 'What stands before the signature in the header, such as sha256= or v1, and is no part of it.',
    }),
  timestampHeader: header
    .optional()
    .meta({
      title: 'Header of the time',
      description:
        'Name of the header with the time of sending (seconds or milliseconds since 1970, or ISO 8601). It guards against calls that somebody recorded and sends again, so it must be part of what is signed.',
    }),
  toleranceSeconds: z
    .number()
    .int()
    .min(10)
    .max(3600)
    .default(300)
    .meta({ title: 'Tolerance (seconds)', description: 'How far the time of sending may be from ours.' }),
  signedContent: z
    .string()
    .max(256)
    .optional()
    .meta({
      title: 'What is signed',
      description:
        'Made of {body}, {timestamp} and {header:name}. Without it {timestamp}.{body} where there is a header of the time, else {body}.',
    }),
  records: path(true)
    .default('$')
    .meta({
      title: 'Records',
      description:
        'JSON path to the records in the body, such as $.events[*]; a list means each of its items. $ where the body is one record, or a list of them.',
    }),
  map: fieldMapSettings.meta({
    title: 'Field map',
    description: 'Where our fields stand in a record, and what its words mean.',
  }),
};

type Settings = z.infer<z.ZodObject<typeof shape>>;

export const webhookSettings = z.object({ ...shape, webhookSecret }).superRefine(checkTogether);
/** For trying out a map: then nobody has to paste a secret. */
export const webhookTrySettings = z
  .object({ ...shape, webhookSecret: webhookSecret.optional() })
  .superRefine(checkTogether);

export type WebhookSettings = z.infer<typeof webhookSettings>;
export type WebhookTrySettings = z.infer<typeof webhookTrySettings>;

const PARTS = /\{(?:(body)|(timestamp)|header:([A-Za-z0-9-]{1,64}))\}/g;

/** A part of what is signed: a text, or the name of what stands there. */
export type SignedPart =
  | { readonly text: string }
  | { readonly is: 'body' | 'timestamp' }
  | { readonly header: string };

export function signedPartsOf({
  signedContent,
  timestampHeader,
}: Pick<Settings, 'signedContent' | 'timestampHeader'>): readonly SignedPart[] {
  const template = signedContent ?? (timestampHeader === undefined ? '{body}' : '{timestamp}.{body}');
  const parts: SignedPart[] = [];
  let end = 0;
  for (const match of template.matchAll(PARTS)) {
    if (match.index > end) parts.push({ text: template.slice(end, match.index) });
    parts.push(
      match[3] !== undefined
        ? { header: match[3].toLowerCase() }
        : { is: match[1] === undefined ? 'timestamp' : 'body' },
    );
    end = match.index + match[0].length;
  }
  if (end < template.length) parts.push({ text: template.slice(end) });
  return parts;
}

function checkTogether(
  settings: Settings & { readonly webhookSecret?: string | undefined },
  context: z.RefinementCtx,
): void {
  const refuse = (field: keyof typeof shape | 'webhookSecret', message: string) =>
    context.addIssue({ code: 'custom', path: [field], message });
  const { authentication, secretEncoding, timestampHeader, signedContent } = settings;
  if (authentication === 'secret') {
    if (timestampHeader !== undefined)
      refuse('timestampHeader', 'is of use only with a signature: without one anybody can write any time');
    if (signedContent !== undefined) refuse('signedContent', 'is of use only with a signature');
    return;
  }
  const parts = signedPartsOf(settings);
  const has = (name: 'body' | 'timestamp') => parts.some((part) => 'is' in part && part.is === name);
  if (parts.some((part) => 'text' in part && /[{}]/.test(part.text)))
    refuse('signedContent', 'may hold {body}, {timestamp} and {header:name} and no other braces');
  if (!has('body')) refuse('signedContent', 'must hold {body}: what is not signed can be changed on the way');
  if (timestampHeader !== undefined && !has('timestamp'))
    refuse('signedContent', 'must hold {timestamp}: a time that is not signed protects from nothing');
  if (timestampHeader === undefined && has('timestamp'))
    refuse('timestampHeader', 'is needed, because the time is part of what is signed');
  if (settings.webhookSecret !== undefined && keyOf(settings.webhookSecret, secretEncoding) === undefined)
    refuse('webhookSecret', `must be at least 16 bytes in ${secretEncoding}`);
}

/** The bytes of a secret; `undefined` when it is not written as was said, or too short to be one. */
export function keyOf(written: string, encoding: WebhookSettings['secretEncoding']): Buffer | undefined {
  if (encoding === 'text') return Buffer.from(written, 'utf8');
  const text = encoding === 'base64' ? written.replace(/^whsec_/, '') : written;
  const fits = encoding === 'hex' ? /^(?:[0-9a-f]{2})+$/i : /^[A-Za-z0-9+/_-]+={0,2}$/;
  const key = fits.test(text) ? Buffer.from(text, encoding) : undefined;
  return key !== undefined && key.byteLength >= 16 ? key : undefined;
}
