import { z } from 'zod';
import { SIGNAL_LIMIT_NAMES, SIGNAL_LIMIT_RANGES, signalLimitsOf, type SignalLimits } from '@sallyport/core';
import { defineDocument } from '../document-type.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    signalLimits: true;
  }
}

/** The one document of its kind. */
export const SIGNAL_LIMITS_ID = 'default';

const body = z.looseObject(
  Object.fromEntries(
    SIGNAL_LIMIT_NAMES.map((name) => {
      const { min, max } = SIGNAL_LIMIT_RANGES[name];
      return [name, z.int().min(min).max(max).nullish()];
    }),
  ),
);

/** Bad news counts for as long, and for as many devices, as it ever may. */
function strictest(): SignalLimits {
  const longest = Object.fromEntries(SIGNAL_LIMIT_NAMES.map((name) => [name, SIGNAL_LIMIT_RANGES[name].max]));
  return signalLimitsOf({ ...longest, unreadVersionDays: SIGNAL_LIMIT_RANGES.unreadVersionDays.min });
}

/** For how long, and for how many devices, what partners report counts (docs/decisions/0001). What is left out has its default. */
export const signalLimitsDocument = defineDocument({
  kind: 'signalLimits',
  name: 'signal limits',
  body,
  toRule: (stored): SignalLimits => signalLimitsOf(stored),
  unreadable: strictest,
  effectOf: () => 'fleet',
  isTold: true,
});
