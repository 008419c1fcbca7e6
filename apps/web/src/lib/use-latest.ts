import { type RefObject, useLayoutEffect, useRef } from "react";

/**
 * The newest value for what listens since an earlier one. Set before the page is painted: who types as soon as he sees
 * that he may is heard.
 */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}
