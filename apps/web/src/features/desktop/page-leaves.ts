/**
 * Whether this page goes only to come back. `pagehide` is the same for a tab that is closed and for one that is loaded
 * again, but before it `pageswap` tells of the next page, if there is one. Where a browser has no such event, a reload ends
 * the session, and the page that comes begins a new one.
 */
interface PageSwap extends Event {
  readonly activation?: { readonly navigationType: string } | null;
}

let reloading = false;

window.addEventListener("pageswap", (event: PageSwap) => {
  reloading = event.activation?.navigationType === "reload";
});

export const isReload = (): boolean => reloading;

const LEFT = "sallyport_desktop_left";

/** Of this tab: the session that ended with its page. */
export const leftSession = {
  read: (): string | undefined => sessionStorage.getItem(LEFT) ?? undefined,
  write: (sessionId: string): void => sessionStorage.setItem(LEFT, sessionId),
};
