import "./lib/zod-without-eval.ts";
import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { sessionKeeper, sessionStore } from "./api/client.ts";
import { queryClient } from "./api/query-client.ts";
import { applyTheme } from "./lib/theme.ts";
import { router } from "./routes.tsx";
import { ToastRegion } from "./ui/index.tsx";

applyTheme();
sessionKeeper.start();
forgetAnswersOfOthers();

const app = document.getElementById("app");
if (!app) throw new Error("invariant: index.html has an element #app");

createRoot(app).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <ToastRegion>
        <RouterProvider router={router} />
      </ToastRegion>
    </QueryClientProvider>
  </StrictMode>,
);

/** What one person was shown must not greet the next one who signs in on this page. */
function forgetAnswersOfOthers(): void {
  let user = sessionStore.read()?.user.id;
  sessionStore.subscribe(() => {
    const now = sessionStore.read()?.user.id;
    if (now !== user) queryClient.clear();
    user = now;
  });
}
