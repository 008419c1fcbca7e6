import { PageHeader } from "../page/index.ts";

export function AuthKeysPage() {
  return <PageHeader title="/auth-keys" />;
}
