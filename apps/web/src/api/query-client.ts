import { QueryClient } from "@tanstack/react-query";
import { isWorthRetrying } from "./errors.ts";

/** Refusals are shown at once; only an unreachable or failing server is asked again, twice. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 2 && isWorthRetrying(error),
      retryDelay: (attempt) => Math.min(4_000, 400 * 2 ** attempt),
    },
  },
});
