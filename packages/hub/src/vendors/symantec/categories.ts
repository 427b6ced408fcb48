import type { CategoryTable } from '@sallyport/core';

/** SEP Mobile's `type` of an incident in our taxonomy: the whole list of the fields that were seen. Sub-types are not published and go by the words in them. */
export const SYMANTEC_CATEGORIES: CategoryTable = {
  words: {
    MALWARE: 'app.malware',
    UNWANTED_APP: 'app.riskware',
    DEVICE_COMPROMISED: 'phys.compromised',
    NETWORK: 'net.threat',
    VULNERABLE_OS: 'vuln.os',
  },
};
