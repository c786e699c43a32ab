import { html, nothing, type TemplateResult } from 'lit';
import { Page } from '../page.ts';

/** The developer's own account: the element any customer's page has. */
class AccountPage extends Page<true> {
  protected load(): Promise<true> {
    return Promise.resolve(true);
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Your account</h1>
        <p>How you sign in to dream, on which devices, and the way out.</p>
      </div>
    </div>`;
  }

  protected body(): TemplateResult {
    return html`<dream-account class="narrow"></dream-account>
      ${
        this.context.projects.length === 0
          ? nothing
          : html`<p class="muted narrow">
              Before you delete your account, delete the projects you need no more: nobody can open them
              without it, and they end like those whose plan is over.
            </p>`
      }`;
  }
}
customElements.define('page-account', AccountPage);
