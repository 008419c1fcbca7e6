import { AccessVerb } from "@sallyport/protocol";
import { choiceParam, givenParams, textParam } from "../../lib/search-params.ts";

/** `search` narrows the rules; the others are the question to the simulator. */
export function readAccessSearch({ search, person, machine, verb, from }: Record<string, unknown>) {
  return givenParams({
    search: textParam(search),
    person: textParam(person),
    machine: textParam(machine),
    from: textParam(from),
    verb: choiceParam(AccessVerb.options, verb),
  });
}
