export { ConfirmDialog } from "./confirm-dialog.tsx";
export { Loaded, Refused } from "./loaded.tsx";
export { PageHeader } from "./page-header.tsx";
export { SearchBox } from "./search-box.tsx";
