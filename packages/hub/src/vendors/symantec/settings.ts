import { z } from 'zod';
import { headerSecretSettings } from '../kit/header-secret.ts';
import { baseUrl, secret } from '../vendor.ts';

/** Asking Symantec Endpoint Security, incidents of SEP Mobile that are pushed, or both: each part is used when its fields are filled in. */
export const symantecSettings = z
  .object({
    apiUrl: baseUrl()
      .default('https://api.sep.securitycloud.symantec.com')
      .meta({
        title: 'Endpoint Security: API address',
        description:
          'Where the cloud console (ICDm) of your region answers its API. Leave it unless your console names another.',
        destination: true,
      }),
    clientId: z
      .string()
      .trim()
      .min(1)
      .max(512)
      .optional()
      .meta({
        title: 'Endpoint Security: client id',
        description:
          'Made in the cloud console under Integration > Client Applications, with the right to view devices.',
      }),
    clientSecret: secret(
      z.string().trim().min(8, 'must be the whole secret').max(4096).optional(),
      'Endpoint Security: client secret',
      'Shown with the client application.',
    ),
    atRiskLevel: z
      .enum(['low', 'medium', 'high'])
      .default('medium')
      .meta({
        title: 'What "at risk" means',
        description:
          'The device list knows only secure, at risk and compromised. This is the level of a device that is at risk.',
      }),
    pollMinutes: z
      .number()
      .int()
      .min(1)
      .max(1440)
      .default(10)
      .meta({ title: 'Ask every (minutes)', description: 'How often the list of mobile devices is read.' }),
    ...headerSecretSettings('what pushes the incidents', 'Incidents of SEP Mobile'),
  })
  .superRefine((settings, context) => {
    const { clientId, clientSecret, webhookSecret } = settings;
    if ((clientId === undefined) !== (clientSecret === undefined)) {
      context.addIssue({
        code: 'custom',
        path: [clientId === undefined ? 'clientId' : 'clientSecret'],
        message: 'is needed together with the other part of the client application',
      });
    }
    if (clientId === undefined && clientSecret === undefined && webhookSecret === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['clientId'],
        message: 'is needed to ask for devices; or enter a secret for incidents that are pushed',
      });
    }
  });

export type SymantecSettings = z.infer<typeof symantecSettings>;
