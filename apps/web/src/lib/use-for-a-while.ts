import { useEffect, useState } from "react";

/** True while it is wanted, but no longer than that time after the last change of `since`. */
export function useForAWhile(isWanted: boolean, since: unknown, ms: number): boolean {
  const [over, setOver] = useState<unknown>();
  useEffect(() => {
    const timer = setTimeout(() => setOver(since), ms);
    return () => clearTimeout(timer);
  }, [since, ms]);
  return isWanted && over !== since;
}
