import { NODE_TYPES } from "@sallyport/protocol";
import { choiceParam, givenParams, textParam, uuidParam } from "../../lib/search-params.ts";

/** One run and what of it is shown, or how a new one is written. `machine` is chosen from the beginning. */
export function readCommandsSearch({ run, only, by, machine, q, kind, tag }: Record<string, unknown>) {
  return givenParams({
    run: uuidParam(run),
    only: choiceParam(["failed"], only),
    by: choiceParam(["output"], by),
    machine: uuidParam(machine),
    q: textParam(q),
    kind: choiceParam(NODE_TYPES, kind),
    tag: textParam(tag),
  });
}
