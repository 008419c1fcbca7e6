import { PageHeader } from "../page/index.ts";

export function AuditPage() {
  return <PageHeader title="/audit-log" />;
}
