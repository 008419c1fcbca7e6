import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { errorCode, errorMessage } from "../../api/errors.ts";
import { t } from "../../lib/texts.ts";
import { Button, EmptyState, Notice } from "../../ui/index.tsx";

interface LoadedProps<Data> {
  query: UseQueryResult<Data>;
  /** In the middle of a sentence: `the auth keys`. */
  what: string;
  skeleton: ReactNode;
  /** What one reads whose role does not allow it. */
  refused: string;
  children: (data: Data) => ReactNode;
}

/** The states that every list has before it has rows: loading, refused, failed, and out of date. */
export function Loaded<Data>({ query, what, skeleton, refused, children }: LoadedProps<Data>) {
  if (errorCode(query.error) === "FORBIDDEN") return <Refused>{refused}</Refused>;
  if (query.isPending) return skeleton;
  if (query.isError && query.data === undefined) {
    return (
      <Notice
        tone="danger"
        title={t("Could not load {{what}}", { what })}
        action={
          <Button size="small" busy={query.isFetching} onClick={() => void query.refetch()}>
            {t("Try again")}
          </Button>
        }
      >
        {errorMessage(query.error)}
      </Notice>
    );
  }
  return (
    <>
      {query.isError && (
        <div className="mb-4">
          <Notice tone="warn" title={t("This may be out of date")}>
            {errorMessage(query.error)}
          </Notice>
        </div>
      )}
      {query.data !== undefined && children(query.data)}
    </>
  );
}

/** A page that one's role does not open. */
export const Refused = ({ children }: { children: string }) => (
  <EmptyState title={children} hint={t("An owner can change your role.")} />
);
