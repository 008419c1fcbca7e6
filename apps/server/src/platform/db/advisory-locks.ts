/** Numbers of PostgreSQL's advisory locks: any that are ours, each once. 731_205_114 to 117 are taken elsewhere. */

/** Keys and machines that have expired are dealt with by one node at a time. */
export const KEY_EXPIRY_LOCK = 731_205_118;
