/** A text; or, where a number stands in it, its forms by what the language's plural rules call them. */
export type Text = string | (Partial<Record<Intl.LDMLPluralRule, string>> & { other: string });

/** The texts of an element by name; `{name}` in a text is filled in. */
export type Texts = Readonly<Record<string, Text>>;

/** What fills a text in. A number is a count: it chooses the form, and is written as the language does. */
export type Values = Readonly<Record<string, string | number>>;
