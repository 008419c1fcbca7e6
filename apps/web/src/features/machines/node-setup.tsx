import type { NodeView } from "@sallyport/protocol";
import { useState } from "react";
import { t } from "../../lib/texts.ts";
import { Choice } from "../../ui/index.tsx";
import { SecretText } from "../keys/index.ts";
import { type NodeRun, nodeCommands } from "./node-commands.ts";

interface NodeSetupProps {
  node: NodeView & { token: string };
  onCopied?: () => void;
}

/** What is pasted on a machine to make it this node. */
export function NodeSetup({ node, onCopied }: NodeSetupProps) {
  const [run, setRun] = useState<NodeRun>("service");
  return (
    <>
      <Choice
        label={t("How it runs")}
        options={[
          { value: "service", words: t("As a service") },
          { value: "terminal", words: t("In a terminal, to try it") },
        ]}
        value={run}
        onChange={setRun}
      />
      <SecretText
        label={t("Paste this on it")}
        text={nodeCommands(node, window.location.origin, run)}
        copy={t("Copy the commands")}
        look="primary"
        {...(onCopied && { onCopied })}
      />
    </>
  );
}
