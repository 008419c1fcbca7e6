/** The numbers of all advisory locks, in one place: two that are the same make strangers wait for each other. */
export const ADVISORY_LOCKS = {
  keyExpiry: 731_205_120,
} as const;
