/** Every HTTP contract, in one list: the server binds them all, the OpenAPI document describes them all. */
import { accessApi } from "./access.ts";
import { auditApi, auditExport } from "./audit.ts";
import { authApi } from "./auth.ts";
import { authKeyApi, keyExpiryApi } from "./auth-keys.ts";
import { databaseApi } from "./database.ts";
import { desktopApi } from "./desktop.ts";
import { deviceApi } from "./device.ts";
import type { ActionEndpoint, Download, Endpoint } from "./endpoint.ts";
import { execApi } from "./exec.ts";
import { machineAdminApi, machineApi } from "./machines.ts";
import { nodeAdminApi, nodeApi } from "./nodes.ts";
import { organisationApi } from "./organisations.ts";
import { shellApi } from "./shell.ts";
import { troubleshootApi } from "./troubleshoot.ts";

export const ENDPOINTS: readonly Endpoint[] = [
  ...Object.values(authApi),
  ...Object.values(deviceApi),
  ...Object.values(machineApi),
  ...Object.values(nodeApi),
  ...Object.values(keyExpiryApi),
  ...Object.values(databaseApi),
];

export const ACTION_ENDPOINTS: readonly ActionEndpoint[] = [
  organisationApi,
  authKeyApi,
  machineAdminApi,
  nodeAdminApi,
  shellApi,
  execApi,
  desktopApi,
  accessApi,
  auditApi,
  troubleshootApi,
];

export const DOWNLOADS: readonly Download[] = [auditExport];
