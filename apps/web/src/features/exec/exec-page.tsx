import { PageHeader } from "../page/index.ts";

export function ExecPage() {
  return <PageHeader title="/commands" />;
}
