import { z } from 'zod';
import { baseUrl, secret } from '../vendor.ts';

export const sophosSettings = z.object({
  clientId: z
    .string()
    .trim()
    .min(1)
    .max(512)
    .meta({
      title: 'Client id',
      description:
        'Of an API credential made in Sophos Central under Global Settings > API Credentials Management, role Service Principal ReadOnly, in the tenant itself (not in a partner or enterprise dashboard).',
    }),
  clientSecret: secret(
    z.string().trim().min(8, 'must be the whole secret').max(4096),
    'Client secret',
    'Shown once when the credential is made.',
  ),
  identityUrl: baseUrl()
    .default('https://id.sophos.com')
    .meta({
      title: 'Identity address',
      description: 'Where tokens are given. Leave it unless Sophos told you another address.',
      destination: true,
    }),
  globalUrl: baseUrl()
    .default('https://api.central.sophos.com')
    .meta({
      title: 'Global API address',
      description: 'Is asked which data region holds your tenant. Leave it unless Sophos told you another address.',
      destination: true,
    }),
  dataRegionUrl: baseUrl()
    .optional()
    .meta({
      title: 'Data region address',
      description: 'Such as https://api-eu01.central.sophos.com. Leave it empty: Sophos Central tells it.',
      destination: true,
    }),
  nonCompliantLevel: z
    .enum(['none', 'low', 'medium', 'high'])
    .default('medium')
    .meta({
      title: 'Level of a policy breach',
      description:
        'What a device that breaks a compliance policy of Sophos Mobile counts as, where its health is not worse. "none": compliance there says nothing here.',
    }),
  pollMinutes: z
    .number()
    .int()
    .min(1)
    .max(1440)
    .default(5)
    .meta({ title: 'Ask every (minutes)', description: 'How often devices, alerts and events are asked for.' }),
});

export type SophosSettings = z.infer<typeof sophosSettings>;
