/**
 * The words of the dashboard. English stands in the code, where it is read; `texts/en.json` has all of it in one place, for
 * translators: `node scripts/collect-texts.mjs` writes it, and `npm run check` sees that it is complete.
 */
import i18next from "i18next";

// At once, for it has nothing to load.
void i18next.init({
  lng: "en",
  fallbackLng: false,
  resources: {},
  initAsync: false,
  // The English text is the key, and it may have colons and full stops. React escapes.
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
  // Else a formatter would be kept for each number that is ever shown.
  cacheInBuiltFormats: false,
});

type Values = Record<string, string | number>;

/** A text, and what is put for its `{{names}}`: `t("Revoke {{name}}?", { name })`. The text is a literal, for it is collected. */
/* @__NO_SIDE_EFFECTS__ */
export const t = (text: string, values: Values = {}): string => i18next.t(text, values);

/** A text about a number of things: `{{count}}` is the number. Languages have other forms than these two. */
/* @__NO_SIDE_EFFECTS__ */
export const plural = (count: number, { one, other }: { one: string; other: string }, values: Values = {}): string =>
  i18next.t(other, { ...values, count, defaultValue_one: one, defaultValue_other: other });
