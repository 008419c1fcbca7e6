export { CheckField } from "./check-field.tsx";
export { Problems } from "./problems.tsx";
export { type Refusal, refusalOf } from "./refused-field.ts";
export { SecretText } from "./secret-text.tsx";
export { ShownOnceDialog } from "./shown-once-dialog.tsx";
export { readNumber, splitWords } from "./split-words.ts";
