import { z } from 'zod';
import { baseUrl, secret } from '../vendor.ts';

export const checkPointSettings = z.object({
  gatewayUrl: z
    .string()
    .trim()
    .overwrite((text) => text.replace(/\/auth\/external\/?$/, ''))
    .pipe(baseUrl())
    .default('https://cloudinfra-gw.portal.checkpoint.com')
    .meta({
      title: 'Infinity Portal gateway',
      description:
        'Where the Infinity Portal of your region answers. The portal shows it as the authentication URL when the API key is made; you may paste that as it is.',
      destination: true,
    }),
  clientId: z
    .string()
    .trim()
    .min(1)
    .max(512)
    .meta({
      title: 'API key: client id',
      description: 'Made in the Infinity Portal under Global Settings > API Keys, for the service Harmony Mobile.',
    }),
  accessKey: secret(
    z.string().trim().min(8, 'must be the whole secret key').max(4096),
    'API key: secret key',
    'Shown once when the API key is made.',
  ),
  pollMinutes: z
    .number()
    .int()
    .min(1)
    .max(1440)
    .default(5)
    .meta({
      title: 'Ask every (minutes)',
      description:
        'How often alerts and the states of all devices are asked for. Ten thousand devices take about two minutes.',
    }),
});

export type CheckPointSettings = z.infer<typeof checkPointSettings>;
