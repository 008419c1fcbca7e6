import { PageHeader } from "../page/index.ts";

export function MembersPage() {
  return <PageHeader title="/members" />;
}
