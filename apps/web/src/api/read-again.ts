import type { Query, QueryClient, QueryFilters } from "@tanstack/react-query";

/** First loads after which it is read once more. */
const followed = new WeakMap<Query, Promise<void>>();

/**
 * Reads what is shown again, after news. A first load that is under way may be older than them, and TanStack would leave it at
 * that. It is heard out, so that no storm of news keeps a page empty, and then read once more.
 */
export async function readAgain(queries: QueryClient, filters: QueryFilters): Promise<void> {
  const loading = queries.getQueryCache().findAll(filters).filter(isFirstLoad);
  await Promise.all([queries.invalidateQueries(filters), ...loading.map((query) => follow(queries, query))]);
}

/** One that waits for the network has asked nothing yet. */
const isFirstLoad = ({ state }: Query): boolean => state.data === undefined && state.fetchStatus === "fetching";

function follow(queries: QueryClient, query: Query): Promise<void> {
  const onceMore = async () => {
    followed.delete(query);
    // What was refused is not asked for again: refusals are news, too.
    if (query.state.data !== undefined) await queries.invalidateQueries({ predicate: (other) => other === query });
  };
  // Does not begin another while one runs.
  const following = followed.get(query) ?? query.fetch().then(onceMore, onceMore);
  followed.set(query, following);
  return following;
}
