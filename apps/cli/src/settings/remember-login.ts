import { AppError } from "@sallyport/protocol";
import { DEFAULT_PROFILE, editConfigFile, pathOf, readConfigFile } from "./config-file.ts";
import { DEFAULT_SERVER, originOf, type Settings } from "./settings.ts";

/**
 * Writes down what later commands need: the server, where none is written yet, and the API key. Without one, a key that
 * was stored goes, because it would win over the sign-in.
 *
 * @throws AppError `INVALID_INPUT` for a key of another server than the profile's: it would never be used
 */
export async function rememberLogin(
  { configFile, profile, server }: Settings,
  { apiKey, isServerNamed }: { apiKey?: string; isServerNamed: boolean },
): Promise<void> {
  const file = await readConfigFile(configFile);
  const inProfile = profile === DEFAULT_PROFILE ? file : (file.profiles?.[profile] ?? {});
  const stored = inProfile.server_url ?? file.server_url;
  if (apiKey !== undefined && stored !== undefined && originOf(stored) !== server) {
    const reason = `the profile ${profile} is for ${stored}; make one: config init --profile NAME --server ${server}`;
    throw new AppError("INVALID_INPUT", { reason });
  }
  const isServerNew = isServerNamed && stored === undefined && server !== DEFAULT_SERVER;
  if (!isServerNew && apiKey === inProfile.api_key) return;
  await editConfigFile(configFile, (document) => {
    if (isServerNew) document.setIn(pathOf(profile, "server_url"), server);
    if (apiKey === undefined) document.deleteIn(pathOf(profile, "api_key"));
    else document.setIn(pathOf(profile, "api_key"), apiKey);
  });
}
