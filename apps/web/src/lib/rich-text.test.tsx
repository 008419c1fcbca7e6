import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { rich } from "./rich-text.tsx";

test("parts stand where the text says, in any order, and what is typed is text", () => {
  const shown = rich("<1> may see <0> & <b>", <i key="0">Win-A</i>, <bdi key="1">{"<0>"}</bdi>);
  expect(renderToStaticMarkup(shown)).toBe("<bdi>&lt;0&gt;</bdi> may see <i>Win-A</i> &amp; &lt;b&gt;");
});
