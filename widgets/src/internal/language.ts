import type { Text, Values } from './texts.ts';

/** The languages there are texts in. One stands for all its regions and scripts. */
const LANGUAGES = 'en ar de es fr it ja ko nl pl pt zh';

/**
 * The language an element speaks, as a tag with its region: the nearest `lang` around it, then the
 * project's, then the browser's, as far as there are texts in it; then English. Undefined as long as
 * the project's is wanted and not known.
 */
export function languageOf(
  element: Element,
  projectLocale: string | null | undefined,
): string | undefined {
  for (const tag of [nearestLang(element), projectLocale, ...navigator.languages]) {
    if (tag === undefined) return undefined;
    try {
      const locale = new Intl.Locale(String(tag).replaceAll('_', '-'));
      if (LANGUAGES.includes(locale.language)) return String(locale);
    } catch {
      // No language tag: the next one may be.
    }
  }
  return 'en';
}

function nearestLang(element: Element): string | null {
  let node: Node | null = element;
  while (node) {
    if (node instanceof Element && node.hasAttribute('lang')) return node.getAttribute('lang');
    node = node instanceof ShadowRoot ? node.host : node.parentNode;
  }
  return null;
}

/** What the name of the table's file with code and texts begins with: the build writes it here. */
const CODED = '';

/**
 * The texts of an element in a language, in the order of the English ones; none for English. The build
 * makes a file of each. Where the page itself says the language, that of the table of plans brings the
 * table's code, too: so it costs no request more than in English.
 */
export async function translated(
  { localName }: Pick<Element, 'localName'>,
  language: string,
  saidByPage: string | undefined,
): Promise<readonly Text[]> {
  if (language.startsWith('en')) return [];
  const name = `${localName.slice('dream-'.length)}.${language.slice(0, 2)}`;
  const code = saidByPage && localName === 'dream-pricing' ? CODED : '';
  const texts = await import(/* @vite-ignore */ `./locales/${code}${name}.js`);
  return texts.default;
}

/** Fills `{name}` in a text. */
export function fill(text: Text, values: Values, language: string): string {
  const count = Object.values(values).find((value) => typeof value === 'number') ?? 0;
  const form =
    typeof text === 'string'
      ? text
      : (text[new Intl.PluralRules(language).select(count)] ?? text.other);
  return form.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name] ?? whole;
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value;
  });
}
