import { arch, hostname, platform, release } from "node:os";
import { NAME_CHARS } from "@sallyport/protocol";

/** What the machine says about itself. The control plane treats it as hearsay. */
export const describeMachine = (): { hostname: string; os: string } => ({
  hostname: hostname().slice(0, NAME_CHARS),
  os: `${platform()} ${arch()} ${release()}`.slice(0, NAME_CHARS),
});
