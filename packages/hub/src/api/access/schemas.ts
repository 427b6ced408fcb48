import { z } from 'zod';
import { PART_KINDS } from '@sallyport/core';
import { LANGUAGES } from '@sallyport/texts';

/** The AuthZEN messages for the API document. Requests are read by hand (`question.ts`) and not with these. */

const properties = z.record(z.string(), z.unknown());

const subject = z.object({
  type: z.string().describe('`user`; any other type is denied.'),
  id: z.string().describe('Id, userPrincipalName or mail of the user.'),
  properties: z
    .looseObject({
      device_id: z
        .string()
        .optional()
        .describe('Managed device id or Entra device id, from a token that the caller has checked.'),
      certificate: z
        .string()
        .optional()
        .describe(
          'The device certificate of a finished TLS handshake: PEM, or DER in base64. It is verified here again.',
        ),
    })
    .optional(),
});

const action = z.object({
  name: z.string().describe('Any name; access is decided for the application as a whole.'),
  properties: properties.optional(),
});

const resource = z.object({
  type: z.string().describe('`application`; any other type is denied.'),
  id: z
    .string()
    .describe(
      'Application id, or a well-known name such as `Exchange`, `SharePoint`, `OneDrive`, `Teams`, `Office365`, in any case.',
    ),
  properties: properties.optional(),
});

const context = z
  .looseObject({
    ip: z.string().optional().describe('IPv4 or IPv6 address.'),
    platform: z
      .string()
      .optional()
      .describe(
        'android, iOS, macOS, windows, linux or unknown, in any case, or the name of a system as device managements send it.',
      ),
    client_app_type: z
      .string()
      .optional()
      .describe(
        'browser, mobileAppsAndDesktopClients, exchangeActiveSync, easSupported or other, in any case. Also as `clientAppType`.',
      ),
    country: z.string().optional().describe('ISO 3166-1 alpha-2.'),
    mfa: z.boolean().optional().describe('The user has passed a second factor.'),
    amr: z
      .array(z.string())
      .optional()
      .describe('Authentication methods (RFC 8176); `mfa` among them counts as `mfa: true`.'),
    supported_mandatory_extensions: z
      .array(z.string())
      .optional()
      .describe(
        '`obligations` among them: the caller lets nobody in before the obligations of the answer are fulfilled.',
      ),
    supported_obligations: z
      .array(z.string())
      .optional()
      .describe('Types of obligations that the caller fulfils. There is `step-up`.'),
    language: z
      .string()
      .optional()
      .describe(`Language of \`reason_user\` as BCP 47 tag or Accept-Language. There is ${LANGUAGES.join(', ')}.`),
  })
  .describe(
    'A member that cannot be used counts as unknown, and `context.hints` of the answer names it; a client that is registered with strictContext gets 400 instead.',
  );

export const evaluationRequest = z.object({ subject, action, resource, context: context.optional() });

export const evaluationsRequest = z.object({
  subject: subject.optional(),
  action: action.optional(),
  resource: resource.optional(),
  context: context.optional(),
  evaluations: z
    .array(evaluationRequest.partial())
    .max(1_000)
    .optional()
    .describe('Each item replaces the entities above as a whole. A broken item is `decision: false` in its place.'),
  options: z
    .looseObject({
      evaluations_semantic: z.enum(['execute_all', 'deny_on_first_deny', 'permit_on_first_permit']).optional(),
    })
    .optional(),
});

const reason = z.object({
  code: z.string(),
  policyId: z.string().optional(),
  policyName: z.string().optional(),
  rule: z.string().optional(),
  connectorId: z.string().optional(),
  disagreeing: z.array(z.string()).optional(),
  findingIds: z.array(z.string()).optional(),
  required: z.string().optional(),
  actual: z.string().optional(),
  until: z.string().optional(),
  heldDays: z
    .number()
    .optional()
    .describe('The report may be about another device; without a new one it ends after so many days.'),
  remark: z.literal(true).optional().describe('It closed nothing and is merely worth saying.'),
});

const explanation = z
  .object({
    language: z.enum(LANGUAGES).describe('BCP 47 tag of the texts.'),
    parts: z.array(
      z.object({
        kind: z
          .enum(PART_KINDS)
          .describe(
            '`title`: what is so; `cause`: what is wrong; `deadline`: until when access still works; `finding`: what the partner calls what it found; `risk`; ' +
              '`lead`: stands before the steps; `step`: one thing to do; `returns`: how access comes back; `help`: what to do if the steps did not help; ' +
              '`contact`: the help desk of the organisation; `quotation`: what the partner advises.',
          ),
        reason: z
          .string()
          .optional()
          .describe('Code of the reason that it is about; absent where it is about all of them.'),
        text: z.string().describe('Plain text in the language of the explanation.'),
        words: z
          .string()
          .optional()
          .describe(
            'Of `finding` and `quotation`: the words of the partner, as they stand in `text`. Their language is not known: mark them with `lang=""` in HTML.',
          ),
        contact: z
          .object({ name: z.string(), phone: z.string(), email: z.string(), url: z.url() })
          .partial()
          .optional()
          .describe('Of `contact`, for links.'),
      }),
    ),
  })
  .optional()
  .describe(
    '`reason_user` in parts, in the order in which they are read, for pages and apps; absent where there is nothing to tell but that access is granted.',
  );

export const evaluationResponse = z.object({
  decision: z.boolean(),
  context: z.object({
    reasons: z.array(reason),
    reason_admin: z.object({ en: z.string() }),
    reason_user: z
      .record(z.string(), z.string())
      .describe('By language tag: what is wrong, what to do and how access returns.'),
    language: z.enum(LANGUAGES),
    explanation,
    obligations: z
      .array(
        z.object({
          id: z.string().describe('Of the policy that demands it.'),
          type: z.literal('step-up'),
          properties: z.object({ acr_value: z.string(), amr_values: z.array(z.string()) }),
        }),
      )
      .min(1)
      .optional()
      .describe(
        'What the caller must do before it lets the user in (AuthZEN Obligations Extension). Only to a caller that says in its request, or whose client is registered so, that it does; everybody else is denied with `mfa_required`.',
      ),
    hints: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .describe('What of the request could not be used, and why.'),
    report_only: z.array(z.object({ policyId: z.string(), result: z.string(), reasons: z.array(reason) })),
    remediation_url: z
      .url()
      .optional()
      .describe('Where the person sees what is wrong with the device; present when the device is known.'),
  }),
});

const brokenItem = z.object({
  decision: z.literal(false),
  context: z.object({ error: z.object({ status: z.number(), message: z.string(), field: z.string().optional() }) }),
});

export const evaluationsResponse = z.union([
  z.object({ evaluations: z.array(z.union([evaluationResponse, brokenItem])) }),
  evaluationResponse,
]);

export const metadataResponse = z.object({
  policy_decision_point: z.url(),
  access_evaluation_endpoint: z.url(),
  access_evaluations_endpoint: z.url(),
  capabilities: z.array(z.string()),
  supported_obligations: z.array(z.string()).describe('Types of obligations (AuthZEN Obligations Extension).'),
});
