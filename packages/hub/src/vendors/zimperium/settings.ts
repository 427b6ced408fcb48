import { z } from 'zod';
import { headerSecretSettings } from '../kit/header-secret.ts';
import { baseUrl, secret } from '../vendor.ts';

const optionalSecret = (schema: z.ZodString, title: string, description: string) =>
  secret(schema.optional(), title, description);

/** Push, poll or both: each part is used when its fields are filled in. */
export const zimperiumSettings = z
  .object({
    consoleUrl: baseUrl()
      .optional()
      .meta({
        title: 'zConsole address',
        description:
          'The address at which you open zConsole, such as https://ziap.zimperium.com. Needed to ask for devices and threats.',
        destination: true,
      }),
    clientId: z
      .string()
      .trim()
      .min(1)
      .max(512)
      .optional()
      .meta({
        title: 'API key: client id',
        description:
          'Made in zConsole under Account Management > API Keys, with the right MTD > Threats > View and the devices of all groups.',
      }),
    clientSecret: optionalSecret(
      z.string().trim().min(8, 'must be the whole secret').max(4096),
      'API key: secret',
      'Shown once when the API key is made.',
    ),
    ...headerSecretSettings('zConsole', 'Data Export'),
    pollMinutes: z
      .number()
      .int()
      .min(1)
      .max(1440)
      .default(5)
      .meta({
        title: 'Ask every (minutes)',
        description: 'How often devices and threats are asked for, beside what zConsole pushes.',
      }),
  })
  .superRefine((settings, context) => {
    const asked = { consoleUrl: settings.consoleUrl, clientId: settings.clientId, clientSecret: settings.clientSecret };
    const given = Object.values(asked).filter((value) => value !== undefined).length;
    for (const [field, value] of Object.entries(asked)) {
      if (value === undefined && given > 0)
        context.addIssue({
          code: 'custom',
          path: [field],
          message: 'is needed together with the address and the other part of the API key',
        });
    }
    if (given === 0 && settings.webhookSecret === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['webhookSecret'],
        message: 'is needed to receive the Data Export; or fill in the address and API key to ask for devices',
      });
    }
  });
