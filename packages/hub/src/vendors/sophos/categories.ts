import type { CategoryTable } from '@sallyport/core';

/** Our names for Sophos's types of events, in our taxonomy. */
export const SOPHOS_CATEGORIES: CategoryTable = {
  words: {
    MALWARE: 'app.malware',
    PUA: 'app.riskware',
    LOW_REPUTATION_APP: 'app.riskware',
    NON_COMPLIANT: 'phys.insecure_setting',
    MITM_ATTACK: 'net.mitm',
    WEB_FILTERING: 'net.unwanted_content',
  },
};
