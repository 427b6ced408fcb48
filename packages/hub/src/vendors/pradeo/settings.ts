import { z } from 'zod';
import { headerSecretSettings } from '../kit/header-secret.ts';
import { baseUrl, secret } from '../vendor.ts';

/** Ask, receive or both: each part is used when its fields are filled in. */
export const pradeoSettings = z
  .object({
    apiUrl: baseUrl()
      .optional()
      .meta({
        title: 'API address',
        description: 'https://api.TENANT.pradeo-security.com, with the id of your tenant. Needed to ask for devices.',
        destination: true,
      }),
    accessKey: secret(
      z.string().trim().min(8, 'must be the whole key').max(4096).optional(),
      'Access key',
      'Of your company: Company page, Access key management.',
    ),
    secretKey: secret(
      z.string().trim().min(8, 'must be the whole key').max(4096).optional(),
      'Secret key',
      'Of a user who may see all devices: made in the profile drawer. A new one ends the former.',
    ),
    pollMinutes: z
      .number()
      .int()
      .min(1)
      .max(1440)
      .default(5)
      .meta({
        title: 'Ask every (minutes)',
        description: 'How often the list of devices is read, beside what Pradeo pushes.',
      }),
    orangeLevel: z
      .enum(['low', 'medium', 'high'])
      .default('medium')
      .meta({
        title: 'What orange means',
        description:
          "Pradeo's events know green, orange and red. This is the level of a device whose worst colour is orange; it counts for events from now on.",
      }),
    ...headerSecretSettings('what pushes the events', 'Events'),
  })
  .superRefine((settings, context) => {
    const asked = { apiUrl: settings.apiUrl, accessKey: settings.accessKey, secretKey: settings.secretKey };
    const given = Object.values(asked).filter((value) => value !== undefined).length;
    for (const [field, value] of Object.entries(asked)) {
      if (value === undefined && given > 0)
        context.addIssue({
          code: 'custom',
          path: [field],
          message: 'is needed together with the API address and both keys',
        });
    }
    if (given === 0 && settings.webhookSecret === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['webhookSecret'],
        message: 'is needed to receive events; or fill in the API address and both keys to ask for devices',
      });
    }
  });

export type PradeoSettings = z.infer<typeof pradeoSettings>;

/** What asking needs. */
export interface PradeoApi extends Pick<PradeoSettings, 'pollMinutes'> {
  readonly apiUrl: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export function apiOf({ apiUrl, accessKey, secretKey, pollMinutes }: PradeoSettings): PradeoApi | undefined {
  return apiUrl === undefined || accessKey === undefined || secretKey === undefined
    ? undefined
    : { apiUrl, accessKey, secretKey, pollMinutes };
}
