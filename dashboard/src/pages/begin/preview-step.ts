import { html, type TemplateResult } from 'lit';
import { config } from '../../config.ts';
import { PREVIEW_HOURS, previewLink } from '../../preview-link.ts';
import type { StartDraft } from '../../start-draft.ts';
import { toast } from '../../ui/toast.ts';

/** The page with the working widgets, to open and to pass on. */
export function previewStep(draft: StartDraft): TemplateResult {
  const link = () => previewLink(config.preview, draft, Date.now());
  const copy = async () => {
    await navigator.clipboard.writeText(link());
    toast('Link copied');
  };
  return html`<section class="card" aria-labelledby="open-title">
      <div>
        <h2 id="open-title">${draft.name.trim()}, as a page</h2>
        <p class="muted">
          Nobody needs an account to open it. All of it is in the address itself, and is sent to no
          server; it ends after ${PREVIEW_HOURS} hours.
        </p>
      </div>
      ${
        config.preview
          ? html`<div class="buttons">
              <a class="button" href=${link()} target="_blank" rel="noopener">Open preview</a>
              <button class="button quiet" type="button" @click=${() => void copy()}>Copy link</button>
            </div>`
          : html`<p class="muted">This installation has no page to show it on.</p>`
      }
    </section>
    <section class="card" aria-labelledby="keep-title">
      <h2 id="keep-title">Then keep it</h2>
      <p class="muted">
        Signing up makes it a project in test mode: free, with keys, test cards and no Stripe account
        needed. Until then it is in this browser only.
      </p>
    </section>`;
}
