import { useEffect } from "react";
import { t } from "./texts.ts";

const PRODUCT = t("Sallyport");

/** Names the browser tab: `Machines · Sallyport`. Undefined: somebody else on the page does. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    if (title === undefined) return;
    document.title = title ? `${title} · ${PRODUCT}` : PRODUCT;
  }, [title]);
}
