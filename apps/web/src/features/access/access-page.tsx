import { PageHeader } from "../page/index.ts";

export function AccessPage() {
  return <PageHeader title="/access-rules" />;
}
