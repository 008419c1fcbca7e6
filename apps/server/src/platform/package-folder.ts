import { createRequire } from "node:module";
import { dirname } from "node:path";

/** The folder of this package, `apps/server`: this code is found at another depth in `src`, `dist` and the bundle. */
export const PACKAGE_FOLDER = dirname(createRequire(import.meta.url).resolve("#package"));
