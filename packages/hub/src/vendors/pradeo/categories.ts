import type { CategoryTable } from '@sallyport/core';

/** Pradeo's statuses, and our names of its verdicts, in our taxonomy. Statuses that are not here go by the words in them. */
export const PRADEO_CATEGORIES: CategoryTable = {
  words: {
    APPLICATION_DISAPPROVED: 'app.denylisted',
    APPLICATION_INSTALLED_FROM_UNKNOWN_SOURCE: 'app.sideloaded',
    ACCESSIBILITY_OPTION: 'app.accessibility_abuse',
    CUSTOM_HOSTS: 'phys.system_tampering',
    DEBUG_MODE: 'phys.usb_debugging',
    ROGUE_CELL_TOWER: 'net.cellular_downgrade',
  },
};
