import { type MachineView, machineAdminApi } from "@sallyport/protocol";
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { errorMessage } from "../../api/errors.ts";
import { useLiveStatus } from "../../api/live-status.ts";
import { t } from "../../lib/texts.ts";
import { Button, Dialog, Field } from "../../ui/index.tsx";
import { useMachineAct } from "./machine-acts.ts";
import { choicesOf } from "./machine-filter.ts";
import { tagsIn } from "./machine-words.ts";
import { machineQueries } from "./machines.queries.ts";

/** More of them would be a list to search, and typing is faster. */
const OFFERED_TAGS = 24;

interface TagsDialogProps {
  machine: MachineView;
  onClose: () => void;
}

/** Which tags a machine has: typed, or taken from those that other machines have. */
export function TagsDialog({ machine, onClose }: TagsDialogProps) {
  const live = useLiveStatus();
  const [text, setText] = useState(machine.tags.join(" "));
  const { data: known = [] } = useQuery({
    ...machineQueries.list(machine.org_id, live),
    select: (machines) => choicesOf(machines).tags,
  });
  const act = useMachineAct(machine, onClose);
  const form = useId();
  const tags = tagsIn(text);
  const offered = known.slice(0, OFFERED_TAGS);

  const toggle = (tag: string) => {
    act.reset();
    setText((tags.includes(tag) ? tags.filter((other) => other !== tag) : [...tags, tag]).join(" "));
  };

  return (
    <Dialog
      title={t("Edit tags")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("Cancel")}</Button>
          <Button look="primary" type="submit" form={form} busy={act.isPending}>
            {t("Save tags")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate((client, of) => client.act(machineAdminApi, "set_tags", { ...of, tags }));
        }}
      >
        <Field
          label={t("Tags")}
          value={text}
          onChange={(event) => {
            act.reset();
            setText(event.target.value);
          }}
          problem={act.isError ? errorMessage(act.error) : undefined}
          hint={t("Separated by spaces. Access rules see the change at once.")}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          autoFocus
        />
        {offered.length > 0 && (
          <fieldset className="flex flex-wrap gap-1.5">
            <legend className="mb-1.5 text-ink-3 text-xs">{t("Used in this organisation")}</legend>
            {offered.map((tag) => (
              <button
                key={tag}
                type="button"
                aria-pressed={tags.includes(tag)}
                onClick={() => toggle(tag)}
                className="h-7 max-w-full truncate rounded-md border border-line-strong px-2 text-ink-2 text-sm hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-ink pointer-coarse:h-10 pointer-coarse:px-3"
              >
                {tag}
              </button>
            ))}
          </fieldset>
        )}
      </form>
    </Dialog>
  );
}
