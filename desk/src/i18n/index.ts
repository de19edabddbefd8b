import { computed, signal } from "@preact/signals";
import { de } from "./de";
import { en, type Texts } from "./en";

export type { Texts };

const LANGUAGES = { en, de };
export type Language = keyof typeof LANGUAGES;
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", de: "Deutsch" };

function isLanguage(code: string | null | undefined): code is Language {
  return code != null && code in LANGUAGES;
}

const KEPT = "desk.language";

function preferred(): Language {
  const kept = localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? "en";
}

/** The language of the page; what is said to customers comes from the service in theirs. */
export const language = signal<Language>(preferred());

export function chooseLanguage(chosen: Language): void {
  language.value = chosen;
  localStorage.setItem(KEPT, chosen);
}

/** How dates and numbers are written: as the browser likes that language best. */
export const locale = computed(() => navigator.languages.find((tag) => tag.startsWith(language.value)) ?? language.value);

/** The texts of the page in its language: `t.value["checkIn"]`. */
export const t = computed<Texts>(() => LANGUAGES[language.value]);
