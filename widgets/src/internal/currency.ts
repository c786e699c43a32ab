/** Regions that pay in euro. Elsewhere a currency begins with its region's two letters (ISO 4217). */
const EURO = 'AD AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MC ME MT NL PT SI SK SM VA XK';

/** Where a visitor's own choice is kept; it is the same for all tables of a site. */
const CHOSEN = 'dream:currency';

/** The one of `currencies` that people pay in where a language tag points to. */
export function currencyOfRegion(
  languageTag: string,
  currencies: readonly string[],
): string | undefined {
  try {
    const { region = '-' } = new Intl.Locale(languageTag).maximize();
    return currencies.find((currency) =>
      currency === 'eur' ? EURO.includes(region) : currency.startsWith(region.toLowerCase()),
    );
  } catch {
    return undefined;
  }
}

/**
 * The currency a visitor chose on this site; given one, it is kept for the pages to come. Where storage
 * is closed, the choice lasts as long as the page.
 */
export function chosenCurrency(chosen?: string): string | null {
  try {
    if (chosen) localStorage.setItem(CHOSEN, chosen);
    return localStorage.getItem(CHOSEN);
  } catch {
    return null;
  }
}

/**
 * The one of `currencies` that is shown: the first of what goes before all else, of the visitor's choice,
 * of what the site said, and of where the visitor is; else the first there is.
 */
export function currencyToShow(
  currencies: readonly string[],
  said: string | undefined,
  ...first: (string | undefined)[]
): string | undefined {
  const region = currencies[1] && currencyOfRegion(navigator.language, currencies);
  return (
    [...first, chosenCurrency(), said?.toLowerCase(), region].find(
      (each) => each && currencies.includes(each),
    ) ?? currencies[0]
  );
}
