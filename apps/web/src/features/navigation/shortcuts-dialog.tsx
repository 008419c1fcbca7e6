import { Dialog, Kbd } from "../../ui/index.tsx";

const GROUPS: { title: string; keys: [keys: string[], does: string][] }[] = [
  {
    title: "Machines",
    keys: [
      [["/"], "Search"],
      [["↑", "↓"], "Move through the list; J and K do the same"],
      [["Enter"], "Open a terminal"],
      [["N"], "Add a machine"],
    ],
  },
  {
    title: "Sessions",
    keys: [
      [["↑", "↓"], "Move through the list; J and K do the same"],
      [["Enter"], "Open one's own session"],
    ],
  },
  {
    title: "Terminal",
    keys: [
      [["Ctrl", "Shift", "F"], "Search the output"],
      [["Ctrl", "Shift", "C"], "Copy the selection"],
      [["Ctrl", "Shift", "V"], "Paste"],
      [["Ctrl", "Shift", "±"], "Larger or smaller text"],
      [["Enter"], "New session, when the last one has ended"],
    ],
  },
  {
    title: "Desktop",
    keys: [
      [["Ctrl", "V"], "Paste what was copied here"],
      [["Ctrl", "Alt", "Shift"], "Give the keyboard back to the page"],
    ],
  },
  {
    title: "Outside of terminals",
    keys: [
      [["Ctrl", "K"], "Go to a page or machine, or do something, by its name"],
      [["?"], "These shortcuts"],
    ],
  },
];

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
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
