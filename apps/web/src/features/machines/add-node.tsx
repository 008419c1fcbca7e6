import { type Membership, NODE_KINDS, type NodeKind, nodeAdminApi } from "@sallyport/protocol";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { signedIn } from "../../api/client.ts";
import { rich } from "../../lib/rich-text.tsx";
import { t } from "../../lib/texts.ts";
import { Button, Field, Notice, Select } from "../../ui/index.tsx";
import { CheckField, Problems, refusalOf, splitWords } from "../keys/index.ts";
import { Arrivals } from "./arrivals.tsx";
import { KIND_WORDS } from "./machine-words.ts";
import { NodeSetup } from "./node-setup.tsx";

const FIELDS = ["name", "agent_id", "tags", "hub_endpoint"] as const;
type NodeField = (typeof FIELDS)[number];

const CREATE_WORDS = {
  gateway: t("Create the gateway"),
  hub: t("Create the hub"),
  spoke: t("Create the spoke"),
} satisfies Record<NodeKind, string>;

const EMPTY = { name: "", agent_id: "", tags: "", hub_endpoint: "" };

/** Makes a gateway, hub or spoke, and shows what makes a machine be it. */
export function AddNode({ org }: { org: Membership }) {
  const [kind, setKind] = useState<NodeKind>("gateway");
  const [sessions, setSessions] = useState(true);
  const [texts, setTexts] = useState(EMPTY);
  const make = useMutation({
    mutationFn: () => {
      const { name, agent_id, tags, hub_endpoint } = texts;
      return signedIn((client) =>
        client.act(nodeAdminApi, "create", {
          org_id: org.id,
          kind,
          name,
          session_enabled: sessions,
          tags: splitWords(tags),
          ...(agent_id.trim() && { agent_id: agent_id.trim() }),
          ...(kind === "spoke" && hub_endpoint.trim() && { hub_endpoint: hub_endpoint.trim() }),
        }),
      );
    },
  });

  if (make.data) {
    const node = make.data;
    return (
      <div className="grid gap-4">
        <Notice tone="warn" title={t("The token of {{name}} is shown only now", { name: node.name })}>
          {rich(t("It is in the file below. If it is lost, the page of <0> makes another."), <bdi>{node.name}</bdi>)}
        </Notice>
        <NodeSetup node={node} />
        <div className="border-line border-t pt-4">
          <Arrivals org={org} isWanted={({ id }) => id === node.id} isOne />
        </div>
        <Button
          size="small"
          className="justify-self-start"
          onClick={() => {
            setTexts(EMPTY);
            make.reset();
          }}
        >
          {t("Another node")}
        </Button>
      </div>
    );
  }

  const refusal = refusalOf(make.error, FIELDS);
  const field = (name: NodeField) => ({
    autoComplete: "off",
    autoCapitalize: "none",
    spellCheck: false,
    value: texts[name],
    onChange: (event: { target: { value: string } }) => setTexts({ ...texts, [name]: event.target.value }),
    problem: refusal?.field === name ? refusal.words : undefined,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form noValidate aria-label={t("Node")} onSubmit={submit} className="grid gap-4">
      <Problems refusal={refusal} />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <Select
          label={t("Kind")}
          options={NODE_KINDS.map((value) => ({ value, words: KIND_WORDS[value] }))}
          value={kind}
          onChange={setKind}
        />
        <Field label={t("Name")} placeholder={`${kind}-1`} {...field("name")} />
        <Field
          label={t("Agent ID")}
          placeholder={t("Its name")}
          hint={t("How commands address it.")}
          {...field("agent_id")}
        />
        <Field label={t("Tags")} placeholder={t("web, prod")} {...field("tags")} />
        {kind === "spoke" && (
          <Field
            label={t("Hub endpoint")}
            placeholder="hub.example.com:1194"
            hint={t("For the record; sessions do not use it.")}
            {...field("hub_endpoint")}
          />
        )}
      </div>
      <CheckField
        label={t("Sessions")}
        hint={t("Administrators may open shells and run commands on it.")}
        checked={sessions}
        onChange={setSessions}
      />
      <Button type="submit" look="primary" busy={make.isPending} className="justify-self-start">
        {CREATE_WORDS[kind]}
      </Button>
    </form>
  );
}
