import { PageHeader } from "../page/index.ts";

export function ApiKeysPage() {
  return <PageHeader title="/api-keys" />;
}
