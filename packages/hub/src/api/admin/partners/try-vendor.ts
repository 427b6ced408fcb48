import type { Signal } from '@sallyport/core';
import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';
import { HubError } from '@sallyport/contracts';
import type { Clock } from '../../../platform/clock.ts';
import { isoTime } from '../../../platform/clock.ts';
import { VENDORS } from '../../../vendors/registry.ts';
import type { TryOutResult, Vendor } from '../../../vendors/vendor.ts';
import type { RouteAccess, RouteDoc } from '../../../http/route-access.ts';

const WRITE: RouteAccess = { kind: 'permission', anyOf: ['DeviceManagementServiceConfig.ReadWrite.All'] };

const params = z.object({
  vendorId: z
    .string()
    .describe('One of /admin/v1/vendors whose format an administrator describes: webhook, syslog-cef.'),
});

/** With the settings of the vendor, so that a mistake in them is named by its place. */
function bodyOf(settings: z.ZodObject) {
  return z.strictObject({
    settings: settings.strict(),
    sample: z
      .union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())], {
        error: 'must be the text of a sample, or JSON',
      })
      .describe('What the vendor sends. As text it is taken byte for byte, as a signature needs it.'),
    headers: z
      .record(z.string().max(256), z.string().max(8192))
      .optional()
      .describe('Headers that came with the sample, to see whether it would be let in.'),
  });
}

const problem = z.object({
  field: z.string().describe('Ours: state, deviceKeys.imei.'),
  path: z.string().describe('Where in the record.'),
  value: z.string().optional().describe('What stands there, as JSON.'),
  message: z.string(),
});

const signalView = z.object({
  reportId: z.string(),
  device: z.array(z.object({ type: z.string(), value: z.string() })),
  observedDateTime: z.string(),
  threatState: z.string().nullable().describe('null: the state of the device stays as it was.'),
  findings: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      severity: z.string().nullable(),
      state: z.string(),
      title: z.string().nullable(),
      detectedDateTime: z.string().nullable(),
      recommendedAction: z.string().nullable(),
      link: z.string().nullable(),
    }),
  ),
  flag: z.string().nullable().describe('Why the report would be marked for a person to look at.'),
});

const answer = z.object({
  authentication: z
    .object({ ok: z.boolean(), message: z.string() })
    .nullable()
    .describe('Whether the sample would be let in; null without headers.'),
  records: z.array(
    z.object({
      place: z.string(),
      signal: signalView.nullable().describe('null: the record says nothing about a device.'),
      problems: z.array(problem),
    }),
  ),
});

/** Tries a description of a format on a sample. Nothing is stored, and no connector is needed. */
export function tryVendorRoutes({ clock }: { readonly clock: Clock }): FastifyPluginAsync {
  return async (app) => {
    app.post('/admin/v1/vendors/:vendorId/try', { config: { access: WRITE, doc, anyText: true } }, async (request) => {
      const tryOut = tryOutOf((request.params as z.infer<typeof params>).vendorId);
      const { settings, sample, headers } = bodyOf(tryOut.settings).parse(request.body);
      return toView(
        tryOut.run(
          typeof sample === 'string' ? sample : JSON.stringify(sample),
          headers && lowerCase(headers),
          settings,
          clock.now(),
        ),
      );
    });
  };
}

function tryOutOf(vendorId: string): NonNullable<Vendor['tryOut']> {
  const tryOut = VENDORS.find(({ id }) => id === vendorId)?.tryOut;
  if (tryOut === undefined) {
    const possible = VENDORS.filter((vendor) => vendor.tryOut !== undefined)
      .map(({ id }) => id)
      .join(', ');
    throw new HubError(
      'not_found',
      `There is nothing to try for the vendor ${vendorId.slice(0, 100)}; there is for ${possible}.`,
    );
  }
  return tryOut;
}

function lowerCase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function toView({ authentication, records }: TryOutResult): z.infer<typeof answer> {
  return {
    authentication: authentication ?? null,
    records: records.map(({ place, signal, problems }) => ({
      place,
      signal: signal === undefined ? null : toSignalView(signal),
      problems: [...problems],
    })),
  };
}

function toSignalView({ reportId, keys, observedAt, state, findings, flag }: Signal): z.infer<typeof signalView> {
  return {
    reportId,
    device: keys.map(({ type, value }) => ({ type, value })),
    observedDateTime: isoTime(observedAt),
    threatState: state ?? null,
    findings: findings.map((finding) => ({
      id: finding.id,
      type: finding.type,
      severity: finding.severity ?? null,
      state: finding.state,
      title: finding.title ?? null,
      detectedDateTime: finding.detectedAt === undefined ? null : isoTime(finding.detectedAt),
      recommendedAction: finding.recommendedAction ?? null,
      link: finding.link ?? null,
    })),
    flag: flag ?? null,
  };
}

const doc: RouteDoc = {
  summary: "Try the description of a vendor's format on a sample",
  description:
    'Answers the signals that would result, and for each record what could not be read, with its place and value. Nothing is stored.',
  tags: ['admin: vendors'],
  params,
  body: bodyOf(z.object({}).loose().describe('As for a link of the vendor; secrets may be left out.')),
  responses: { 200: { description: 'What the sample would become.', schema: answer } },
};
