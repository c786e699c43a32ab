import { html, type TemplateResult } from 'lit';
import { paths } from '../../paths.ts';
import { keptStart } from '../../start-draft.ts';
import { icons } from '../../ui/icons.ts';
import { Page } from '../page.ts';
import './begin.css';
import { samplePerson, samplePrices, sampleUsage } from './samples.ts';

const POINTS = [
  'Visitors sign up in your page and stay in it: no hosted page, no cookie, no second login.',
  'Prices and a cart that sell through your own Stripe account.',
  'Limits that hold: one call from your server, answered yes or no, counted once.',
] as const;

/** What dream is, on one screen, with the widgets themselves. */
class WelcomePage extends Page<true> {
  #usage = { ...sampleUsage(Date.now()), customer: samplePerson };

  protected load(): Promise<true> {
    return Promise.resolve(true);
  }

  protected head(): TemplateResult {
    const draft = keptStart();
    return html`<div class="welcome">
      <div class="words">
        <h1>Sign-up, plans and limits for any website</h1>
        <p class="lead">
          One script tag in your page, one call from your server. Test mode is free and needs no card
          and no Stripe account.
        </p>
        <ul class="points">
          ${POINTS.map((point) => html`<li>${icons.check}<span>${point}</span></li>`)}
        </ul>
        <div class="buttons">
          <a class="button primary large" href=${paths.start(draft ? 'preview' : 'branding')}>
            ${draft ? `Go on with ${draft.name.trim() || 'your draft'}` : 'Start without an account'}
          </a>
        </div>
      </div>
      <div class="sign-in"><dream-signup></dream-signup></div>
    </div>`;
  }

  protected body(): TemplateResult {
    return html`<section class="stack samples" aria-labelledby="samples-title">
      <h2 id="samples-title">What your visitors see</h2>
      <div class="card">
        <dream-pricing .config=${samplePrices}></dream-pricing>
      </div>
      <dream-usage-meter .config=${this.#usage}></dream-usage-meter>
    </section>`;
  }
}
customElements.define('page-welcome', WelcomePage);
