/** Markup that is safe to put on a page as it is. Made by `html` only. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** Markup from a template: values are escaped, other markup and lists of it are taken as they are. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Html {
  return new Html(strings.reduce((text, part, index) => text + markup(values[index - 1]) + part));
}

function markup(value: unknown): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(markup).join('');
  if (value === null || value === undefined || value === false) return '';
  return String(value).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

const BASE_STYLES = `
:root { color-scheme: light dark; --ink: light-dark(#1a1c23, #e8eaf0); --quiet: light-dark(#5b6070, #a3a9b8);
  --paper: light-dark(#ffffff, #171920); --ground: light-dark(#f4f5f8, #0e0f14);
  --line: light-dark(#dcdfe6, #2d313c); --accent: light-dark(#4f46e5, #8b85ff);
  --on-accent: light-dark(#ffffff, #0e0f14); --bad: light-dark(#b42318, #ff8f85); --good: light-dark(#067647, #56d39b); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
a { color: var(--accent); }
button, .button { font: inherit; font-weight: 600; min-height: 2.5rem; padding: .4rem 1rem; border-radius: .5rem;
  border: 1px solid var(--line); background: var(--paper); color: var(--ink); cursor: pointer; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
input, select { font: inherit; min-height: 2.5rem; width: 100%; padding: .4rem .7rem; border-radius: .5rem;
  border: 1px solid light-dark(#8b90a0, #6b7181); background: var(--paper); color: var(--ink); }
`;

/** A whole page. `body` is markup made by `html`; `styles` follow the ones every page has. */
export function page({
  title,
  body,
  styles = '',
}: {
  title: string;
  body: Html;
  styles?: string;
}): string {
  const head = html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">`;
  return `${head}<style>${BASE_STYLES}${styles}</style></head><body>${body}</body></html>`;
}
