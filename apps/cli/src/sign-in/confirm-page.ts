import { isLoopbackHost } from "@sallyport/client";
import { AppError } from "@sallyport/protocol";

/**
 * Where a person confirms: as the server says, unless that means the server's own computer and we came from another.
 *
 * @throws AppError `INVALID_INPUT` for what is no web page: it is about to be opened
 */
export function confirmPage(server: string, saidUrl: string): string {
  const said = new URL(saidUrl);
  if (said.protocol !== "https:" && said.protocol !== "http:") {
    throw new AppError("INVALID_INPUT", { reason: `${server} wants ${said.protocol} opened, which is no web page` });
  }
  const isElsewhere = isLoopbackHost(said.hostname) && !isLoopbackHost(new URL(server).hostname);
  return isElsewhere ? new URL(said.pathname + said.search, server).href : said.href;
}
