import { z } from 'zod';
import { baseUrl, secret } from '../vendor.ts';

export const lookoutSettings = z.object({
  baseUrl: baseUrl()
    .default('https://api.lookout.com')
    .meta({
      title: 'API address',
      description: 'Where the Lookout Mobile Risk API answers. Leave it unless Lookout told you another address.',
      destination: true,
    }),
  applicationKey: secret(
    z.string().trim().min(20, 'must be the whole application key').max(8192),
    'Application key',
    'Made in the Lookout console under System > Application Keys. Copy it at once, it is shown only one time.',
  ),
  resumeParameter: z
    .enum(['last_id', 'id'])
    .default('last_id')
    .meta({
      title: 'Resume parameter',
      description:
        'Name of the query parameter by which the event stream goes on after an interruption. Known clients differ; change it only if events are missing after one.',
    }),
  snapshotHours: z
    .number()
    .int()
    .min(1)
    .max(168)
    .default(12)
    .meta({
      title: 'Full comparison every (hours)',
      description: 'How often the list of all devices is read again, beside the event stream.',
    }),
});

export type LookoutSettings = z.infer<typeof lookoutSettings>;
