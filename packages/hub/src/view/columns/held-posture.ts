import type { PartnerWord } from '@sallyport/core';
import type { PostureRow } from '../../store/store.ts';

/** As much of a posture as rules and doors ask for, which is all that memory holds of it. */
export type HeldPosture = Pick<
  PostureRow,
  'mergedState' | 'complianceState' | 'reasons' | 'failing' | 'graceUntil' | 'changesAt'
> & { readonly views: readonly PartnerWord[] };
