import { html, nothing, type TemplateResult } from 'lit';
import type { Values } from '../internal/texts.ts';
import { providerName } from '../internal/provider-name.ts';

/** What the buttons take from the element they stand in. */
interface Place {
  text: (name: string, values?: Values) => string;
  /** Which was pressed last; empty for none. */
  pressed: string;
  /** What went wrong at it, told here and described at its button. */
  fault: TemplateResult;
  press: (provider: string) => void;
}

/** A button for each provider, above the form; nothing where the project has none. */
export function providerButtons(
  providers: readonly string[],
  { text, pressed, fault, press }: Place,
): TemplateResult | typeof nothing {
  if (providers.length === 0) return nothing;
  return html`<div class="providers">
      ${providers.map(
        (provider) =>
          html`<button
            type="button"
            part="provider"
            data-of=${provider}
            aria-describedby=${provider === pressed ? 'provider-fault' : nothing}
            @click=${() => press(provider)}
          >
            ${text('continueWith', { provider: providerName(provider) })}
          </button>`,
      )}
      <div id="provider-fault">${fault}</div>
    </div>
    <p class="or muted"><span>${text('or')}</span></p>`;
}
