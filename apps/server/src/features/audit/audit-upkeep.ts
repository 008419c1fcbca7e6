import type { AuditClass } from "@sallyport/protocol";
import type { RunAlone } from "../../platform/db/advisory-locks.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Metrics } from "../../platform/metrics.ts";
import { Rounds } from "../../platform/rounds.ts";
import type { AuditSigner } from "./audit-signer.ts";
import { CheckpointKeeper } from "./checkpoint-keeper.ts";
import type { KeptHeads } from "./kept-heads.ts";
import { LokiClient } from "./loki-client.ts";
import { Retention } from "./retention.ts";
import { LokiShipper } from "./ship-to-loki.ts";

const RETENTION_EVERY_MS = 3_600_000;

export interface AuditUpkeepOptions {
  db: Database;
  alone: RunAlone;
  logger: Logger;
  metrics: Metrics;
  signer: AuditSigner;
  kept: KeptHeads;
  retentionDays: Partial<Record<AuditClass, number>>;
  lokiUrl: string | undefined;
  lokiTenant: string | undefined;
}

/** What the audit log needs done in the background: signatures, a copy in Loki, and an end for what is old. */
export class AuditUpkeep {
  readonly #keeper: CheckpointKeeper;
  readonly #retention: Retention;
  readonly #shipper: LokiShipper | undefined;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  #rounds: Rounds | undefined;

  constructor({ kept, retentionDays, lokiUrl, lokiTenant, metrics, ...shared }: AuditUpkeepOptions) {
    this.#logger = shared.logger;
    this.#keeper = new CheckpointKeeper({ ...shared, kept });
    this.#retention = new Retention({ ...shared, days: retentionDays, isShipped: lokiUrl !== undefined });
    this.#shipper =
      lokiUrl === undefined
        ? undefined
        : new LokiShipper({ ...shared, metrics, client: new LokiClient(lokiUrl, lokiTenant) });
  }

  start(): void {
    const erase = async () => {
      await this.#retention.erase(this.#stopping.signal);
    };
    this.#keeper.start();
    this.#shipper?.start();
    this.#rounds = new Rounds(RETENTION_EVERY_MS, erase, { logger: this.#logger, what: "audit retention" });
    this.#rounds.now();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#rounds?.stop();
    await this.#shipper?.stop();
    await this.#keeper.stop();
  }
}
