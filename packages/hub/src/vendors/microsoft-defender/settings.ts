import { z } from 'zod';
import { baseUrl, secret } from '../vendor.ts';

export const defenderSettings = z.object({
  tenantId: z
    .string()
    .trim()
    .regex(/^[0-9a-zA-Z.-]{4,255}$/, 'must be the id or the domain of a Microsoft Entra tenant')
    .meta({
      title: 'Tenant',
      description: 'The id (or a domain) of the Microsoft Entra tenant in which the application is registered.',
    }),
  clientId: z
    .string()
    .trim()
    .min(1)
    .max(512)
    .meta({
      title: 'Application (client) id',
      description:
        'Of an application with the permission WindowsDefenderATP > Machine.Read.All (application), with the consent of an administrator.',
    }),
  clientSecret: secret(
    z.string().trim().min(8, 'must be the whole secret').max(4096),
    'Client secret',
    'Its value, not its id. Shown once when it is made; it runs out after a time.',
  ),
  baseUrl: baseUrl()
    .default('https://api.security.microsoft.com')
    .meta({
      title: 'API address',
      description: 'Regional and government clouds have their own, such as https://eu.api.security.microsoft.com.',
      destination: true,
    }),
  authorityUrl: baseUrl()
    .default('https://login.microsoftonline.com')
    .meta({
      title: 'Sign-in address',
      description: 'Where Microsoft Entra gives tokens; government clouds have their own.',
      destination: true,
    }),
  scope: z
    .string()
    .trim()
    .regex(/^\S{1,512}$/, 'must be one word')
    .default('https://api.securitycenter.microsoft.com/.default')
    .meta({ title: 'Scope', description: 'For what the token is asked. Leave it unless your cloud has another.' }),
  platforms: z
    .enum(['mobile', 'all'])
    .default('mobile')
    .meta({
      title: 'Devices',
      description:
        '"mobile": Android and iOS only. "all": computers and servers too; those that are not managed here wait among the reports without a device.',
    }),
  notActive: z
    .enum(['unavailable', 'ignore'])
    .default('unavailable')
    .meta({
      title: 'Devices that are not active',
      description:
        '"unavailable": a device without risk that Defender no longer hears from counts as missing data. "ignore": its last risk counts on.',
    }),
  pollMinutes: z
    .number()
    .int()
    .min(1)
    .max(1440)
    .default(5)
    .meta({ title: 'Ask every (minutes)', description: 'How often the list of devices is read.' }),
});

export type DefenderSettings = z.infer<typeof defenderSettings>;
