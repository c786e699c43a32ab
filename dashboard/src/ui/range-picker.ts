import { html, type TemplateResult } from 'lit';

/** Links to ranges, and a form for days of one's own. The address of the page says which is shown. */
export function rangePicker(options: {
  ranges: readonly { id: string; words: string; href: string; isCurrent: boolean }[];
  from: string;
  to: string;
  isOwn: boolean;
  choose: (from: string, to: string) => void;
}): TemplateResult {
  const { ranges, from, to, isOwn, choose } = options;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const [first, last] = [form.get('from') as string, form.get('to') as string];
    if (first <= last) choose(first, last);
    else choose(last, first);
  };
  return html`<div class="range-picker">
    <nav class="range-links" aria-label="Range">
      ${ranges.map(
        ({ href, words, isCurrent }) =>
          html`<a href=${href} aria-current=${isCurrent ? 'true' : 'false'}>${words}</a>`,
      )}
    </nav>
    <details class="range-own">
      <summary aria-current=${isOwn ? 'true' : 'false'}>Other days</summary>
      <form class="range-days" @submit=${submit}>
        <div class="field">
          <label for="range-from">From</label>
          <input id="range-from" name="from" type="date" required .value=${from} />
        </div>
        <div class="field">
          <label for="range-to">To</label>
          <input id="range-to" name="to" type="date" required .value=${to} />
        </div>
        <button class="button primary" type="submit">Show</button>
      </form>
    </details>
  </div>`;
}
