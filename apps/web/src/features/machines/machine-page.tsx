import { PageHeader } from "../page/index.ts";

export function MachinePage() {
  return <PageHeader title="machine" />;
}
