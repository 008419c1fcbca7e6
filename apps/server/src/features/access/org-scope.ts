declare const admitted: unique symbol;

/**
 * An organisation that somebody was admitted to. Stores ask for it instead of a bare id, so a query that forgot to
 * ask who may see it does not compile. Only `admit`, a machine's own credential and an auth key make one.
 */
export interface OrgScope {
  readonly orgId: string;
  readonly [admitted]: true;
}

/**
 * Vouches for an organisation's id, in its one spelling: chains of the audit log and listeners are found by it as text.
 * Call it only where the right to it has just been checked or is the row itself.
 */
export const vouchForOrg = (orgId: string): OrgScope => ({ orgId: orgId.toLowerCase() }) as OrgScope;
