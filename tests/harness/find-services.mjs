// Where the programs of others are that the tests run: a database, a message bus, a load balancer. Plain JavaScript,
// because scripts/test-services.mjs, which installs what is missing, runs before anything is built.
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** @returns {string | undefined} the folder of `initdb` and `postgres`, the newest version */
export function findPostgresBin() {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(root, version, "bin")), ...searchPath()];
  return folders.find((bin) => existsSync(join(bin, "initdb")));
}

/** @returns {string | undefined} */
export const findNatsServer = () => findBinary("nats-server", process.env.TEST_NATS_SERVER);

/** @returns {string | undefined} */
export const findNginx = () => findBinary("nginx", process.env.TEST_NGINX);

/**
 * @param {string} name
 * @param {string} [told] where the environment says that it is
 * @returns {string | undefined}
 */
export function findBinary(name, told) {
  const paths = searchPath().map((folder) => join(folder, name));
  return [...(told ? [told] : []), ...paths].find((path) => existsSync(path));
}

// Debian puts servers where only root's PATH leads.
const searchPath = () => [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), "/usr/sbin", "/usr/local/sbin"];
