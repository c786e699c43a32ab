import { html, type TemplateResult } from 'lit';

/** Panels of which one is shown, as the ARIA practices have them: arrows move, and choose. */
export function tabs(options: {
  name: string;
  items: readonly { id: string; words: string }[];
  current: string;
  choose: (id: string) => void;
  panel: unknown;
}): TemplateResult {
  const { name, items, current, choose, panel } = options;
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = items.findIndex(({ id }) => id === current);
    const next = items[(at + step + items.length) % items.length];
    if (!next) return;
    choose(next.id);
    document.querySelector<HTMLElement>(`#${name}-tab-${next.id}`)?.focus();
  };
  return html`<div class="stack">
    <div class="tabs" role="tablist" @keydown=${move}>
      ${items.map(
        ({ id, words }) =>
          html`<button
            id="${name}-tab-${id}"
            type="button"
            role="tab"
            aria-selected=${String(id === current)}
            aria-controls="${name}-panel"
            tabindex=${id === current ? 0 : -1}
            @click=${() => choose(id)}
          >
            ${words}
          </button>`,
      )}
    </div>
    <div id="${name}-panel" role="tabpanel" aria-labelledby="${name}-tab-${current}">${panel}</div>
  </div>`;
}
