import { EXEC_MACHINES_PER_CALL, type execApi, RemoteError } from "@sallyport/protocol";
import type { z } from "zod";
import { t } from "../../lib/texts.ts";

type Answer = z.output<typeof execApi.actions.create.output>["machines"][number];

/** Machines that come within this time are asked about together. */
const GATHER_MS = 20;

interface Waiting {
  machineId: string;
  resolve(token: string): void;
  reject(error: unknown): void;
}

/**
 * Gets one-time tokens when they are needed, because they expire: those that are needed at the same time with one call.
 */
export class TokenDesk {
  readonly #create: (machineIds: string[]) => Promise<readonly Answer[]>;
  #waiting: Waiting[] = [];

  /** @param create answers in the order of what it is asked about */
  constructor(create: (machineIds: string[]) => Promise<readonly Answer[]>) {
    this.#create = create;
  }

  /** @throws RemoteError why the command cannot run on this machine */
  token(machineId: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ machineId, resolve, reject });
      if (this.#waiting.length === 1) setTimeout(() => this.#serve(), GATHER_MS);
    });
  }

  #serve(): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < all.length; from += EXEC_MACHINES_PER_CALL) {
      void this.#ask(all.slice(from, from + EXEC_MACHINES_PER_CALL));
    }
  }

  async #ask(waiting: readonly Waiting[]): Promise<void> {
    try {
      const answers = await this.#create(waiting.map(({ machineId }) => machineId));
      for (const [index, { resolve, reject }] of waiting.entries()) {
        const { token, error } = answers[index] ?? { token: null, error: null };
        if (token !== null) resolve(token);
        else reject(new RemoteError(400, error ?? { code: "INTERNAL_ERROR", message: t("No token came") }));
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
