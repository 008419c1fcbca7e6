export { ensureFirstOwner, type FirstOwner } from "./first-owner.ts";
