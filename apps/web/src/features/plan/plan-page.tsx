import { PageHeader } from "../page/index.ts";

export function PlanPage() {
  return <PageHeader title="/billing" />;
}
