import { z } from 'zod';
import { headerSecretSettings } from '../header-secret.ts';

export const pradeoSettings = z.object({
  orangeLevel: z.enum(['low', 'medium', 'high']).default('medium').meta({
    title: 'What orange means',
    description: 'Pradeo knows green, orange and red. This is the level of a device whose worst colour is orange; it counts for events from now on.',
  }),
  ...headerSecretSettings('what pushes the events', 'Events'),
}).superRefine(({ webhookSecret }, context) => {
  if (webhookSecret === undefined) context.addIssue({ code: 'custom', path: ['webhookSecret'], message: 'is needed: without it nothing is received' });
});

export type PradeoSettings = z.infer<typeof pradeoSettings>;
