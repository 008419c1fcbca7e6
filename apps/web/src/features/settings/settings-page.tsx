import { PageHeader } from "../page/index.ts";

export function SettingsPage() {
  return <PageHeader title="/settings" />;
}
