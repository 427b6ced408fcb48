import { z } from 'zod';
import { baseUrl, secret } from '../vendor.ts';

const TABLE = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;
const tableName = z.string().trim().regex(TABLE, 'must be the name of a table');

/** Reading the Log Analytics workspace that BETTER writes to, rows that a relay writes to the hub, or both. */
export const betterSettings = z
  .object({
    workspaceId: z
      .guid('must be the id of the workspace')
      .transform((id) => id.toLowerCase())
      .meta({
        title: 'Workspace id',
        description:
          'Of the Log Analytics workspace that BETTER writes to; the Azure portal shows it on the overview of the workspace.',
        destination: true,
      }),
    tenantId: z
      .string()
      .trim()
      .regex(/^[A-Za-z0-9.-]{1,253}$/, 'must be the id or a domain of the directory')
      .optional()
      .meta({
        title: 'Directory (tenant) id',
        description: 'Of the Entra directory in which the app below is registered.',
        destination: true,
      }),
    clientId: z
      .string()
      .trim()
      .min(1)
      .max(512)
      .optional()
      .meta({
        title: 'Application (client) id',
        description: 'Of an app registration that has the role Log Analytics Reader on the workspace.',
      }),
    clientSecret: secret(
      z.string().trim().min(8, 'must be the whole secret').max(4096).optional(),
      'Client secret',
      'The value of a secret of that app registration, not its id.',
    ),
    pollMinutes: z
      .number()
      .int()
      .min(1)
      .max(1440)
      .default(5)
      .meta({ title: 'Ask every (minutes)', description: 'How often new rows are read.' }),
    deviceTable: tableName
      .default('BetterMTDDeviceLog_CL')
      .meta({ title: 'Table of devices', description: 'Leave it unless the tables were given other names.' }),
    incidentTable: tableName
      .default('BetterMTDIncidentLog_CL')
      .meta({ title: 'Table of incidents', description: 'Leave it unless the tables were given other names.' }),
    loginUrl: baseUrl()
      .default('https://login.microsoftonline.com')
      .meta({
        title: 'Entra address',
        description: 'Another one in national clouds, such as https://login.microsoftonline.us.',
        destination: true,
      }),
    queryUrl: baseUrl()
      .default('https://api.loganalytics.azure.com')
      .meta({
        title: 'Log Analytics address',
        description: 'Another one in national clouds, such as https://api.loganalytics.us.',
        destination: true,
      }),
    queryAudience: baseUrl()
      .default('https://api.loganalytics.io')
      .meta({
        title: 'Log Analytics audience',
        description:
          'What the token is asked for. Another one in national clouds, such as https://api.loganalytics.us.',
      }),
    sharedKey: secret(
      z
        .string()
        .trim()
        .regex(/^[A-Za-z0-9+/]{22,}={0,2}$/, 'must be a key in base64 of at least 16 bytes')
        .max(512)
        .optional(),
      'Key for rows that are pushed',
      "A key in base64 with which a relay signs the rows that it writes to the hub, as Azure Monitor's data collector wants it. Without it none are taken.",
    ).meta({ incoming: true }),
  })
  .superRefine((settings, context) => {
    const asked = { tenantId: settings.tenantId, clientId: settings.clientId, clientSecret: settings.clientSecret };
    const missing = Object.entries(asked)
      .filter(([, value]) => value === undefined)
      .map(([name]) => name);
    if (missing.length > 0 && missing.length < 3) {
      for (const name of missing)
        context.addIssue({
          code: 'custom',
          path: [name],
          message: 'is needed together with the rest of the app registration',
        });
    }
    if (missing.length === 3 && settings.sharedKey === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['clientId'],
        message: 'is needed to read the workspace; or enter a key for rows that are pushed',
      });
    }
  });

export type BetterSettings = z.infer<typeof betterSettings>;
