import { z } from 'zod';

/** What a change would do to the fleet. */
export const preview = z.object({
  devices: z.int(),
  changed: z.int().describe('Devices whose compliance state would be another.'),
  closing: z.int().describe('Devices that would lose access.'),
  opening: z.int().describe('Devices that would get it back.'),
  levelChanged: z
    .int()
    .describe('Devices whose merged level would be another, whether or not that changes their compliance.'),
  samples: z.array(z.object({ deviceId: z.string(), from: z.string(), to: z.string() })),
});
