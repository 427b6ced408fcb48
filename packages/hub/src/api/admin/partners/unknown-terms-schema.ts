import { z } from 'zod';
import { isoTime } from '../../../platform/clock.ts';
import type { ListedTerm } from '../../../pipeline/ports.ts';

const time = z.iso.datetime().nullable();

export const termView = z.object({
  connectorId: z.string(),
  field: z.string().describe("The vendor's field."),
  value: z.string().describe('In capitals, at most 60 characters; `(none)` where a value was due.'),
  about: z
    .enum(['protection', 'level', 'finding', 'other'])
    .describe(
      'protection: whether the app watches over the device; the state is unknown because of it, unless something worse is known. level: how dangerous the device is; ' +
        'the last level stays. finding: that finding is left out. other: it decides nothing.',
    ),
  devices: z
    .int()
    .describe(
      'About protection: devices that hold the value now. Otherwise devices that it was reported of, counted up to 100.',
    ),
  deviceIds: z.array(z.string()).describe('The first 20 of these devices.'),
  firstSeenDateTime: time,
  lastSeenDateTime: time.describe('Within a minute.'),
  reportId: z.string().nullable().describe('A report that has the value: GET /admin/v1/devices/{id}/reports shows it.'),
  handling: z
    .enum(['automatic', 'disregarded', 'enforced'])
    .describe(
      'automatic: missing data. disregarded: it says nothing about a device, whose last state that was understood counts; the hub does so by itself when much of the ' +
        'fleet holds the value, until no device does. enforced: missing data, however many hold it.',
    ),
  handledSinceDateTime: time,
  handledBy: z
    .string()
    .nullable()
    .describe('The client of the administrator, or `sallyport`; null: nobody has decided anything.'),
});

export function toTermView({ firstSeenAt, lastSeenAt, handled, ...term }: ListedTerm): z.infer<typeof termView> {
  return termView.parse({
    ...term,
    firstSeenDateTime: timeOf(firstSeenAt),
    lastSeenDateTime: timeOf(lastSeenAt),
    handling: handled?.handling ?? 'automatic',
    handledSinceDateTime: timeOf(handled?.since ?? null),
    handledBy: handled === null ? null : (handled.by ?? 'sallyport'),
  });
}

function timeOf(at: number | null): string | null {
  return at === null ? null : isoTime(at);
}
