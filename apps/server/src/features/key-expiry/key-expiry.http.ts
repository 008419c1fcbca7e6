import { keyExpiryApi } from "@sallyport/protocol";
import type { EndpointBinder } from "../../platform/http/bind-endpoint.ts";
import type { ApiCallers } from "../access/index.ts";
import type { KeyExpiry } from "./key-expiry.ts";

export function bindKeyExpiry(bind: EndpointBinder<ApiCallers>, expiry: KeyExpiry): void {
  bind.endpoint(keyExpiryApi.enforce, async ({ actor }) => {
    const { markedOffline, deleted } = await expiry.enforce(actor);
    return { expired_count: markedOffline.length, ephemeral_cleaned: deleted.length };
  });
}
