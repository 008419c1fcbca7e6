import { isAdminRole } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Building2, Keyboard, LogOut, Monitor, Plus, Server, SquareTerminal, SunMoon } from "lucide-react";
import { useMemo } from "react";
import { useLiveStatus } from "../../api/live-status.ts";
import { useSetting } from "../../lib/setting.ts";
import { t } from "../../lib/texts.ts";
import { themeSetting } from "../../lib/theme.ts";
import type { Pickable } from "../../ui/index.tsx";
import { signOut, useOrg, useSession } from "../auth/index.ts";
import { hasDesktops } from "../desktop/index.ts";
import { machineQueries, shellRefusal } from "../machines/index.ts";
import { pageGroupsFor } from "../navigation/pages.ts";

interface PaletteCommand extends Pickable {
  run: () => unknown;
}

const THEME_WORDS = {
  light: t("Use light colours"),
  dark: t("Use dark colours"),
  system: t("Colours like the system"),
} as const;

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
        ({ to, words, Icon }): PaletteCommand => ({
          id: to,
          words,
          Icon,
          kind: t("Page"),
          run: () => navigate({ to }),
        }),
      ),
    );
    const acts: PaletteCommand[] = [
      ...(isAdminRole(org?.role)
        ? [
            {
              id: "add",
              words: t("Add a machine"),
              also: t("enrol enroll new install agent"),
              Icon: Plus,
              kind: t("Action"),
              run: () => navigate({ to: "/machines/add" }),
            },
          ]
        : []),
      ...(["light", "dark", "system"] as const)
        .filter((each) => each !== theme)
        .map((each) => ({
          id: `theme ${each}`,
          words: THEME_WORDS[each],
          also: t("theme appearance mode"),
          Icon: SunMoon,
          kind: t("Action"),
          onlyFound: true,
          run: () => setTheme(each),
        })),
      ...orgs
        .filter(({ id }) => id !== org?.id)
        .map(({ id, name }) => ({
          id: `org ${id}`,
          words: t("Switch to {{name}}", { name }),
          also: t("organisation organization tenant"),
          Icon: Building2,
          kind: t("Organisation"),
          run: () => chooseOrg(id),
        })),
      {
        id: "keys",
        words: t("Keyboard shortcuts"),
        also: t("help"),
        Icon: Keyboard,
        kind: t("Action"),
        run: onShortcuts,
      },
      { id: "out", words: t("Sign out"), also: t("log out leave"), Icon: LogOut, kind: t("Action"), run: signOut },
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
                also: `${t("terminal shell ssh")} ${facts}`,
                Icon: SquareTerminal,
                kind: t("Terminal"),
                onlyFound: true,
                run: () => navigate({ to: "/terminal/$machineId", params }),
              },
            ]
          : []),
        {
          id: `machine ${id}`,
          words: name,
          also: `${t("machine")} ${facts}`,
          Icon: Server,
          kind: t("Machine"),
          onlyFound: true,
          run: () => navigate({ to: "/machines/$machineId", params }),
        },
        ...(hasDesktops(org) && machine.desktop?.available
          ? [
              {
                id: `desktop ${id}`,
                words: name,
                also: `${t("desktop screen remote")} ${facts}`,
                Icon: Monitor,
                kind: t("Desktop"),
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
