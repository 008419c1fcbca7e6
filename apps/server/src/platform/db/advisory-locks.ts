/** The numbers of all advisory locks, in one place: two that are the same make strangers wait for each other. */
export const ADVISORY_LOCKS = {
  migration: 731_205_114,
  bootstrap: 731_205_115,
  sessionSweep: 731_205_116,
  auditCheckpoints: 731_205_117,
  auditRetention: 731_205_118,
  auditShipping: 731_205_119,
  keyExpiry: 731_205_120,
} as const;

/**
 * Runs work unless another node of this database runs work under the same lock; resolves to undefined then. A node whose
 * connection is cut may lose the lock in the middle, so the work must bear a second worker for a moment.
 */
export type RunAlone = <Result>(
  lock: keyof typeof ADVISORY_LOCKS,
  work: () => Promise<Result>,
) => Promise<Result | undefined>;
