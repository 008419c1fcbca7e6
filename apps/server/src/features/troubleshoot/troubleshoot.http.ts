import { troubleshootApi } from "@sallyport/protocol";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import type { ApiCallers } from "../access/index.ts";
import type { Diagnostics } from "./diagnostics.ts";

export function bindTroubleshoot(bind: EndpointBinder<ApiCallers>, diagnostics: Diagnostics): void {
  bind.actions(troubleshootApi, {
    run: ({ input, tell, signal, ...by }) =>
      diagnostics.run(by, input, { signal, onOutput: (data) => tell({ type: "output", data }) }),
    list: ({ scope }) => diagnostics.list(scope),
  });
}
