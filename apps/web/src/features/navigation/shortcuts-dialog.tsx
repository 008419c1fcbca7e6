import { t } from "../../lib/texts.ts";
import { Dialog, Kbd } from "../../ui/index.tsx";

const GROUPS: { title: string; keys: [keys: string[], does: string][] }[] = [
  {
    title: t("Lists"),
    keys: [
      [["/"], t("Search")],
      [["↑", "↓"], t("Move through the list; J and K do the same")],
      [["Enter"], t("Open what the row is about: a terminal, a session, a key")],
      [["N"], t("Add a machine, a key, a rule or a member")],
      [["Alt", "↑↓"], t("Move an access rule to another place")],
    ],
  },
  {
    title: t("Commands"),
    keys: [[["Ctrl", "Enter"], t("Run it")]],
  },
  {
    title: t("Terminal"),
    keys: [
      [["Ctrl", "Shift", "F"], t("Search the output")],
      [["Ctrl", "Shift", "C"], t("Copy the selection")],
      [["Ctrl", "Shift", "V"], t("Paste")],
      [["Ctrl", "Shift", "±"], t("Larger or smaller text")],
      [["Ctrl", "Shift", "E"], t("Another terminal beside it; O for one below")],
      [["Ctrl", "Shift", "Y"], t("To the next one of a split")],
      [["Ctrl", "Shift", "Page ↑↓"], t("To the tab before or after")],
      [["Enter"], t("New session, when the last one has ended")],
    ],
  },
  {
    title: t("Desktop"),
    keys: [
      [["Ctrl", "V"], t("Paste what was copied here")],
      [["Ctrl", "Alt", "Shift"], t("Give the keyboard back to the page")],
    ],
  },
  {
    title: t("Outside of terminals"),
    keys: [
      [["Ctrl", "K"], t("Go to a page or machine, or do something, by its name")],
      [["?"], t("These shortcuts")],
    ],
  },
];

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t("Keyboard shortcuts")} onClose={onClose}>
      <div className="grid gap-5">
        {GROUPS.map(({ title, keys }) => (
          <section key={title}>
            <h3 className="mb-1.5 text-ink-3 text-xs">{title}</h3>
            <dl className="grid gap-1.5">
              {keys.map(([combination, does]) => (
                <div key={does} className="flex items-center justify-between gap-4 text-sm">
                  <dt>{does}</dt>
                  <dd className="flex shrink-0 gap-1">
                    {combination.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
