import { accessApi } from "@sallyport/protocol";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import type { ApiCallers } from "./actor.ts";
import { type ExplainDeps, explainAccess } from "./explain-access.ts";

export function bindAccess(bind: EndpointBinder<ApiCallers>, deps: ExplainDeps): void {
  bind.actions(accessApi, {
    explain: ({ scope, input }) => explainAccess(deps, scope, input),
  });
}
