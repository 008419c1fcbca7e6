import { useSyncExternalStore } from "react";
import { z } from "zod";
import { setting } from "./setting.ts";

export const Theme = z.enum(["system", "light", "dark"]);
export type Theme = z.infer<typeof Theme>;

/** The chosen appearance of this browser. */
export const themeSetting = setting("sallyport_theme", Theme, "system");

/** Puts the choice on the page now and whenever it changes; called by the entry module before the first paint. */
export function applyTheme(): void {
  const apply = () => {
    document.documentElement.dataset.theme = themeSetting.get();
  };
  apply();
  themeSetting.subscribe(apply);
}

const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");

const isDark = (): boolean => {
  const theme = themeSetting.get();
  return theme === "system" ? systemIsDark.matches : theme === "dark";
};

function subscribe(listener: () => void): () => void {
  const stop = themeSetting.subscribe(listener);
  systemIsDark.addEventListener("change", listener);
  return () => {
    stop();
    systemIsDark.removeEventListener("change", listener);
  };
}

/** Whether the page is dark now, for what is not drawn by CSS. */
export const useIsDark = (): boolean => useSyncExternalStore(subscribe, isDark);
