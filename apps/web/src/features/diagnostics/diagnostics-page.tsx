import { PageHeader } from "../page/index.ts";

export function DiagnosticsPage() {
  return <PageHeader title="/diagnostics" />;
}
