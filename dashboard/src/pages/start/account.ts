import { html, type TemplateResult } from 'lit';
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
    return html`<dream-account class="narrow"></dream-account>`;
  }
}
customElements.define('page-account', AccountPage);
