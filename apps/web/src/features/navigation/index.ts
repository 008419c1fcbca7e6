export { AppFrame } from "./app-frame.tsx";
export { CrashPage } from "./crash-page.tsx";
export { NotFoundPage } from "./not-found-page.tsx";
