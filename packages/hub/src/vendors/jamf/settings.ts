import { z } from 'zod';
import { headerSecretSettings } from '../kit/header-secret.ts';
import { baseUrl, secret } from '../vendor.ts';

export const jamfSettings = z.object({
  applicationId: z
    .string()
    .trim()
    .min(1)
    .max(512)
    .meta({
      title: 'Application id',
      description:
        'Of a Risk API application made in Jamf Security Cloud (RADAR) under Integrations > API. Jamf has one application for each API.',
    }),
  applicationSecret: secret(
    z.string().trim().min(8, 'must be the whole secret').max(4096),
    'Application secret',
    'Shown once when the application is made.',
  ),
  baseUrl: baseUrl()
    .default('https://api.wandera.com')
    .meta({
      title: 'API address',
      description: 'Where the Risk API answers. Leave it unless Jamf told you another address.',
      destination: true,
    }),
  pollMinutes: z
    .number()
    .int()
    .min(1)
    .max(1440)
    .default(10)
    .meta({
      title: 'Ask every (minutes)',
      description:
        'How often the list of devices is read. Large fleets are read less often, so that the 10,000 requests a day that Jamf allows are not used up.',
    }),
  ...headerSecretSettings('the Threat Events Stream', 'Threat Events Stream'),
});

export type JamfSettings = z.infer<typeof jamfSettings>;
