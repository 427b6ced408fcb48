import type { CategoryTable } from '@sallyport/core';

/** Names of the events of Jamf's Threat Events Stream, in our taxonomy. Four were seen; others fall to the general words. */
export const JAMF_CATEGORIES: CategoryTable = {
  words: {
    SIDE_LOADED_APP_IN_INVENTORY: 'app.sideloaded', OUTDATED_OS: 'vuln.os_outdated',
    ACCESS_BAD_HOST: 'net.malicious_site', ACCESS_CRYPTOJACKING_HOST: 'net.malicious_site',
  },
  patterns: [[/^ACCESS_PHISH/, 'net.phishing_contact'], [/^ACCESS_/, 'net.malicious_site']],
};
