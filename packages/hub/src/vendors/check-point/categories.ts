import type { CategoryTable } from '@sallyport/core';

/** The `threat_factors` of Check Point that the words in them do not explain. The whole list is not published. */
export const CHECK_POINT_CATEGORIES: CategoryTable = { words: { NETWORK_PROTECTION_VPN: 'phys.agent_incomplete' } };
