import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, onTestFinished, test } from "vitest";
import { readAgain } from "./read-again.ts";

const KEY = ["list"];

/** A page that shows a list, whose reads are answered by the test, one after the other. */
function aPage() {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const reads: { resolve: (list: string) => void; reject: (cause: Error) => void }[] = [];
  const queryFn = () => new Promise<string>((resolve, reject) => void reads.push({ resolve, reject }));
  const page = new QueryObserver(queries, { queryKey: KEY, queryFn });
  onTestFinished(page.subscribe(() => {}));
  return { queries, reads, page };
}

test("a first load that may be older than the news is shown, and read again, once for all of them", async () => {
  const { queries, reads, page } = aPage();
  const told = [readAgain(queries, { queryKey: KEY }), readAgain(queries, { queryKey: KEY })];
  expect(reads).toHaveLength(1);
  reads[0]?.resolve("before");
  await expect.poll(() => reads.length).toBe(2);
  expect(page.getCurrentResult().data).toBe("before");
  reads[1]?.resolve("after");
  await Promise.all(told);
  expect(page.getCurrentResult().data).toBe("after");
  expect(reads).toHaveLength(2);
});

test("a list that is known is read again at once", async () => {
  const { queries, reads, page } = aPage();
  reads[0]?.resolve("before");
  await expect.poll(() => page.getCurrentResult().isSuccess).toBe(true);
  const told = readAgain(queries, { queryKey: KEY });
  expect(reads).toHaveLength(2);
  reads[1]?.resolve("after");
  await told;
  expect(page.getCurrentResult().data).toBe("after");
});

test("a first load that is refused is not tried again because of the news that it made", async () => {
  const { queries, reads, page } = aPage();
  const told = readAgain(queries, { queryKey: KEY });
  reads[0]?.reject(new Error("refused"));
  await told;
  expect(page.getCurrentResult().isError).toBe(true);
  expect(reads).toHaveLength(1);
});
