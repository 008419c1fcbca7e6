import { spawn } from "node:child_process";

/** Opens a page where there is a screen to open it on. Whether it worked is not known; the address is shown as well. */
export function openBrowser(url: string, env: NodeJS.ProcessEnv = process.env): void {
  const [command, ...args] = openerOf(process.platform, env);
  if (command === undefined) return;
  const opener = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  opener.once("error", () => {});
  opener.unref();
}

/** Over SSH, the screen is another computer's. */
export function openerOf(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  if (env.SSH_CONNECTION) return [];
  if (platform === "darwin") return ["open"];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ["xdg-open"] : [];
}
