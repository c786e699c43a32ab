import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Text, Texts } from './src/internal/texts.ts';

const src = fileURLToPath(new URL('src', import.meta.url));

/** What a language says: what elements share, then what each says besides, by its name. */
type Locale = Readonly<Record<string, Texts>>;

const nameOf = (file: string): string => basename(file).split('.')[0] ?? '';
const filesOf = (pattern: string): string[] =>
  globSync(pattern, { cwd: src })
    .toSorted()
    .map((file) => join(src, file));

/** The English texts of each element, by its name without `dream-`. */
async function englishTexts(): Promise<Map<string, Texts>> {
  const all = new Map<string, Texts>();
  for (const file of filesOf('*/*.strings.ts')) {
    const { english } = (await import(file)) as { english?: Texts };
    if (english) all.set(nameOf(file), english);
  }
  return all;
}

async function locales(): Promise<Map<string, Locale>> {
  const all = new Map<string, Locale>();
  for (const file of filesOf('locales/??.ts'))
    all.set(nameOf(file), ((await import(file)) as { texts: Locale }).texts);
  return all;
}

/** A text in a language: the element's own, else what it shares with others. */
const textOf = (locale: Locale, element: string, name: string): Text | undefined =>
  locale[element]?.[name] ?? locale.code?.[name] ?? locale.common?.[name];

/** The texts of an element in a language, as the module an element loads. */
export async function localeModule(element: string, language: string): Promise<string> {
  const english = (await englishTexts()).get(element);
  const locale = (await locales()).get(language);
  if (!english || !locale) throw new Error(`There are no texts of ${element} in ${language}.`);
  const texts = Object.keys(english).map((name) => textOf(locale, element, name) ?? english[name]);
  return `export default${JSON.stringify(texts)}`;
}

/** A file of the build for each element and language, under names that change with any text. */
export async function localeFiles(): Promise<{ hash: string; files: Map<string, string> }> {
  const files = new Map<string, string>();
  for (const element of (await englishTexts()).keys())
    for (const language of (await locales()).keys())
      files.set(`${element}.${language}`, await localeModule(element, language));
  const hash = createHash('sha256')
    .update(JSON.stringify([...files]))
    .digest('base64url')
    .slice(0, 8);
  return { hash, files };
}

/** Words that a language writes as English does. */
const ALIKE =
  /^(Code|Name|Nom|Password|Account|Menu|Shop|Total|Sort|Free|Upgrade|E-mail|Checkout|Options?)$/;

const formsIn = (text: Text): Record<string, string> =>
  typeof text === 'string' ? { other: text } : text;

const placeholders = (text: string): string =>
  [...new Set(text.match(/\{\w+\}/g) ?? [])].toSorted().join();

/** The plural forms that whole numbers take in a language. */
const formsOf = (language: string): string[] => {
  const rules = new Intl.PluralRules(language);
  return [...new Set(Array.from({ length: 201 }, (_, count) => rules.select(count)))];
};

function faultOf(language: string, english: Text, text: Text | undefined): string | null {
  if (text === undefined) return 'is missing';
  const inEnglish = formsIn(english);
  const words = formsIn(text);
  if (typeof english !== 'string') {
    const missing = formsOf(language).filter((form) => !words[form]);
    if (missing.length > 0) return `lacks its form for "${missing.join('", "')}"`;
  }
  for (const [form, each] of Object.entries(words)) {
    if (placeholders(each) !== placeholders(inEnglish.other ?? ''))
      return `has other braces than the English text (${form})`;
    if (each === inEnglish.other && /\p{L}{2}/u.test(each.replaceAll(/\{\w+\}/g, '')))
      if (!ALIKE.test(each)) return 'is in English';
  }
  return null;
}

/** What is wrong with the translations: a line for each text that lacks, or does not fit. */
export async function localeFaults(): Promise<string[]> {
  const faults: string[] = [];
  const english = await englishTexts();
  for (const [language, locale] of await locales()) {
    for (const [element, texts] of english)
      for (const [name, text] of Object.entries(texts)) {
        const fault = faultOf(language, text, textOf(locale, element, name));
        if (fault) faults.push(`${language}: "${name}" of ${element} ${fault}.`);
      }
    for (const [element, texts] of Object.entries(locale)) {
      const isShared = element === 'common' || element === 'code';
      const said = isShared ? [...english.values()] : [english.get(element) ?? {}];
      for (const name of Object.keys(texts))
        if (!said.some((each) => name in each))
          faults.push(`${language}: "${name}" of ${element} is said by no element.`);
    }
  }
  return faults;
}
