import type { CategoryTable } from '@sallyport/core';

/** Our names for the events. A `risk_reason` is the transmitter's own word and falls to the general ones. */
export const SHARED_SIGNALS_CATEGORIES: CategoryTable = { words: { DEVICE_NOT_COMPLIANT: 'phys.insecure_setting' } };
