import { html, type TemplateResult } from 'lit';
import { icons } from './icons.ts';

const POINTS = [
  'Visitors sign up in your page and stay in it: no hosted page, no cookie, no second login.',
  'A price table of 15 KB that sells through your own Stripe account.',
  'Usage limits that hold: one call from your server, answered yes or no, counted once.',
] as const;

/** What dream is, beside the sign-up; or, when a session ended by itself, the sign-in alone. */
export const landing = (isLost: boolean): TemplateResult => html`
  <main class="landing">
    <div class="words">
      <span class="brand">${icons.moon} dream</span>
      <h1>${isLost ? 'Sign in to go on where you were' : 'Sign-up, plans and limits for any website'}</h1>
      ${
        isLost
          ? html`<p class="lead">Your session has ended. The page you were on is kept, with what you typed.</p>`
          : html`<p class="lead">
                One script tag in your page, one call from your server. Test mode is free and needs no
                card and no Stripe account.
              </p>
              <ul class="points">
                ${POINTS.map((point) => html`<li>${icons.check}<span>${point}</span></li>`)}
              </ul>`
      }
    </div>
    <div class="sign-in"><dream-signup></dream-signup></div>
  </main>
`;
