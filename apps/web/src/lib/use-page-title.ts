import { useEffect } from "react";

const PRODUCT = "Sallyport";

/** Names the browser tab: `Machines · Sallyport`. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · ${PRODUCT}` : PRODUCT;
  }, [title]);
}
