import { isAdminRole } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Building2, Keyboard, LogOut, Monitor, Plus, Server, SquareTerminal, SunMoon } from "lucide-react";
import { useMemo } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { useSetting } from "../../lib/setting.ts";
import { themeSetting } from "../../lib/theme.ts";
import type { Pickable } from "../../ui/index.tsx";
import { signOut, useOrg, useSession } from "../auth/index.ts";
import { hasDesktops } from "../desktop/index.ts";
import { machineQueries, shellRefusal } from "../machines/index.ts";
import { pageGroupsFor } from "../navigation/pages.ts";

interface PaletteCommand extends Pickable {
  run: () => unknown;
}

/** Everything that can be gone to or done from anywhere, for the person and role that are signed in. */
export function useCommands({ onShortcuts }: { onShortcuts: () => void }): PaletteCommand[] {
  const navigate = useNavigate();
  const { orgs } = useSession();
  const { org, chooseOrg } = useOrg();
  const [theme, setTheme] = useSetting(themeSetting);
  const machines = useQuery({ ...machineQueries.list(org?.id ?? "", useLiveStatus()), enabled: org !== undefined });

  return useMemo(() => {
    const pages = pageGroupsFor(org?.role).flatMap((group) =>
      group.pages.map(
        ({ to, words, Icon }): PaletteCommand => ({ id: to, words, Icon, kind: "Page", run: () => navigate({ to }) }),
      ),
    );
    const acts: PaletteCommand[] = [
      ...(isAdminRole(org?.role)
        ? [
            {
              id: "add",
              words: "Add a machine",
              also: "enrol enroll new install agent",
              Icon: Plus,
              kind: "Action",
              run: () => navigate({ to: "/machines/add" }),
            },
          ]
        : []),
      ...(["light", "dark", "system"] as const)
        .filter((each) => each !== theme)
        .map((each) => ({
          id: `theme ${each}`,
          words: each === "system" ? "Colours like the system" : `Use ${each} colours`,
          also: "theme appearance mode",
          Icon: SunMoon,
          kind: "Action",
          onlyFound: true,
          run: () => setTheme(each),
        })),
      ...orgs
        .filter(({ id }) => id !== org?.id)
        .map(({ id, name }) => ({
          id: `org ${id}`,
          words: `Switch to ${name}`,
          also: "organisation organization tenant",
          Icon: Building2,
          kind: "Organisation",
          run: () => chooseOrg(id),
        })),
      { id: "keys", words: "Keyboard shortcuts", also: "help", Icon: Keyboard, kind: "Action", run: onShortcuts },
      { id: "out", words: "Sign out", also: "log out leave", Icon: LogOut, kind: "Action", run: signOut },
    ];
    const ways = (machines.data ?? []).flatMap((machine): PaletteCommand[] => {
      const { id, name, tailnet_ip, tags } = machine;
      const facts = [tailnet_ip, ...tags].join(" ");
      const params = { machineId: id };
      return [
        ...(shellRefusal(machine, org?.role) === undefined
          ? [
              {
                id: `terminal ${id}`,
                words: name,
                also: `terminal shell ssh ${facts}`,
                Icon: SquareTerminal,
                kind: "Terminal",
                onlyFound: true,
                run: () => navigate({ to: "/terminal/$machineId", params }),
              },
            ]
          : []),
        {
          id: `machine ${id}`,
          words: name,
          also: `machine ${facts}`,
          Icon: Server,
          kind: "Machine",
          onlyFound: true,
          run: () => navigate({ to: "/machines/$machineId", params }),
        },
        ...(hasDesktops(org) && machine.desktop?.available
          ? [
              {
                id: `desktop ${id}`,
                words: name,
                also: `desktop screen remote ${facts}`,
                Icon: Monitor,
                kind: "Desktop",
                onlyFound: true,
                run: () => navigate({ to: "/remote-desktop/$machineId", params }),
              },
            ]
          : []),
      ];
    });
    return [...pages, ...acts, ...ways];
  }, [org, orgs, theme, machines.data, navigate, chooseOrg, setTheme, onShortcuts]);
}
