import { authKeyApi, isAdminRole, type MachineView, type Membership } from "@sallyport/protocol";
import { useMutation } from "@tanstack/react-query";
import { signedIn } from "../../api/client.ts";
import { errorCode, errorMessage } from "../../api/errors.ts";
import { Button, CopyButton, Dialog, Notice, Spinner } from "../../ui/index.tsx";
import { arrivedSince } from "./arrived-since.ts";
import { enrolCommand } from "./enrol-command.ts";
import { OpenTerminal } from "./open-terminal.tsx";

interface AddMachineDialogProps {
  org: Membership;
  /** What the page knows now; the newcomer shows up in it. */
  machines: readonly MachineView[] | undefined;
  onClose: () => void;
}

/** Makes a key for one machine, shows the command that uses it, and waits for the machine to come. */
export function AddMachineDialog({ org, machines, onClose }: AddMachineDialogProps) {
  const make = useMutation({
    mutationFn: async () => {
      const before = machines ?? [];
      const { key } = await signedIn((client) =>
        client.act(authKeyApi, "create_auth_key", {
          org_id: org.id,
          name: `Dashboard, ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
          expiry_days: 1,
          reusable: false,
        }),
      );
      return { command: enrolCommand(window.location.origin, key), before };
    },
  });
  const arrived = make.data && arrivedSince(make.data.before, machines ?? []);

  return (
    <Dialog title="Add a machine" size="wide" onClose={onClose}>
      {make.data ? (
        <Command command={make.data.command} />
      ) : (
        <div className="grid gap-4">
          <p className="max-w-prose text-ink-2">
            You get one command to run on the machine. It dials out to this server and needs no open port. The key
            inside the command works once and expires in a day.
          </p>
          {make.isError && (
            <Notice tone="danger" title={errorMessage(make.error)}>
              {errorCode(make.error) === "FORBIDDEN" && "Keys are made by owners and admins of the organisation."}
            </Notice>
          )}
          {isAdminRole(org.role) ? (
            <Button
              look="primary"
              busy={make.isPending}
              onClick={() => make.mutate()}
              autoFocus
              className="justify-self-start"
            >
              {make.isPending ? "Making a key…" : make.isError ? "Try again" : "Create the command"}
            </Button>
          ) : (
            <Notice title="Only owners and admins add machines">Ask one of them for a command.</Notice>
          )}
        </div>
      )}
      {make.data && (
        <div className="mt-4 border-line border-t pt-4">
          {arrived ? (
            <Notice
              tone="ok"
              title={`${arrived.name} is here`}
              action={<OpenTerminal machine={arrived} role={org.role} look="primary" />}
            >
              {arrived.tailnet_ip && <span className="font-mono">{arrived.tailnet_ip}</span>}
            </Notice>
          ) : (
            <p role="status" className="flex items-center gap-2.5 px-3 py-2.5 text-ink-2 text-sm">
              <Spinner />
              Waiting for the machine…
            </p>
          )}
        </div>
      )}
    </Dialog>
  );
}

const Command = ({ command }: { command: string }) => (
  <div className="grid gap-3">
    <p className="text-ink-2">
      Run this in a copy of the Sallyport repository on the Linux machine. The key works once and expires in a day.
    </p>
    <textarea
      readOnly
      aria-label="Enrolment command"
      rows={3}
      spellCheck={false}
      value={command}
      onFocus={(event) => event.currentTarget.select()}
      className="field-sizing-content w-full resize-none break-all rounded-lg border border-line bg-sunken px-4 py-3 font-mono text-sm leading-relaxed focus-visible:outline-1 focus-visible:outline-offset-0"
    />
    <div className="flex justify-end">
      <CopyButton text={command} look="primary">
        Copy the command
      </CopyButton>
    </div>
  </div>
);
