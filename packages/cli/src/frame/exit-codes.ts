/** What the program ends with. Scripts rely on these; they do not change. */
export const EXIT = {
  ok: 0,
  /** The hub refused, or something failed on the way. */
  failed: 1,
  /** The command line is not right; nothing was sent. */
  usage: 2,
  /** No hub answered. */
  unreachable: 3,
  /** `decide` only: access is denied. */
  denied: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP =
  '0 done · 1 refused or failed · 2 wrong command line · 3 no hub answers · 4 access denied (decide)';
