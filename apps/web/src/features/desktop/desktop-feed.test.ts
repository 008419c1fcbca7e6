import { expect, test } from "vitest";
import { DesktopFeed } from "./desktop-feed.ts";
import { aDesktop } from "./testing.ts";

const request = aDesktop({ consent_required: true });

test("RD-017 a request that was announced after a list was asked for is in it; one that is older is the list's to know", () => {
  const feed = new DesktopFeed();
  feed.heard(request, 150);
  expect(feed.over([], request.org_id, 100)).toEqual([request]);
  expect(feed.over([], request.org_id, 200)).toEqual([]);
});

test("a session that ended meanwhile does not come back", () => {
  const feed = new DesktopFeed();
  feed.heard(request, 120);
  feed.heard({ ...request, ended_at: "2026-11-23T12:01:00.000Z" }, 150);
  expect(feed.over([request], request.org_id, 100)).toEqual([]);
});

test("a session of another organisation never appears", () => {
  const feed = new DesktopFeed();
  feed.heard(request, 150);
  expect(feed.over([], "another-org", 100)).toEqual([]);
});
