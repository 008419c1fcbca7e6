export { createOrg } from "./create-org.ts";
export { bindOrganisations } from "./organisations.http.ts";
export {
  findAccountId,
  findFirstOrgId,
  findOrgIds,
  seedPlanFeatures,
  tryInsertAccount,
} from "./organisations.store.ts";
