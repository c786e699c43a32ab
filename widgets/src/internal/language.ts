/** The texts of an element by name; `{name}` in a text is filled in. */
export type Texts = Readonly<Record<string, string>>;

/**
 * The language an element speaks: the nearest `lang` around it, then the project's, then the
 * browser's, then English. One that `Intl` does not know is passed over.
 */
export function languageOf(element: Element, projectLocale: string | null | undefined): string {
  const wanted = [nearestLang(element), projectLocale, ...navigator.languages, 'en'];
  return wanted.find((tag): tag is string => Boolean(tag) && isKnown(tag as string)) ?? 'en';
}

function nearestLang(element: Element): string | null {
  let node: Node | null = element;
  while (node) {
    if (node instanceof Element && node.hasAttribute('lang')) return node.getAttribute('lang');
    node = node instanceof ShadowRoot ? node.host : node.parentNode;
  }
  return null;
}

function isKnown(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

/** Fills `{name}` in a text. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
