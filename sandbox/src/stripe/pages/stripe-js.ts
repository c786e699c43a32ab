import { Hono } from 'hono';

/**
 * A stub of Stripe.js for the embedded page. It holds callers to what the real one does: a
 * publishable key, one page at a time, and the account the session belongs to.
 */
const SCRIPT = `(() => {
  const origin = new URL(document.currentScript.src).origin;
  let current = null;
  function Stripe(key, options = {}) {
    if (!/^pk_(test|live)_/.test(key ?? '')) throw new Error('Invalid value for Stripe(): apiKey should be a publishable key.');
    return {
      async createEmbeddedCheckoutPage({ fetchClientSecret, clientSecret, onComplete } = {}) {
        if (current) throw new Error('You cannot have multiple Embedded Checkout objects.');
        const page = (current = {});
        let secret;
        try { secret = clientSecret ?? (await fetchClientSecret()); } catch (error) { current = null; throw error; }
        const account = options.stripeAccount ? '?account=' + encodeURIComponent(options.stripeAccount) : '';
        const frame = document.createElement('iframe');
        frame.src = origin + '/c/embed/' + encodeURIComponent(secret) + account;
        frame.title = 'Checkout';
        frame.style.cssText = 'border:0;width:100%;height:40rem;display:block';
        const hear = ({ origin: from, source, data }) => {
          if (from !== origin || source !== frame.contentWindow) return;
          if (data?.sandboxCheckout === 'height') frame.style.height = data.px + 'px';
          if (data?.sandboxCheckout !== 'paid') return;
          if (data.redirect !== null) location.assign(data.redirect);
          else onComplete?.();
        };
        addEventListener('message', hear);
        return Object.assign(page, {
          mount(target) {
            const place = typeof target === 'string' ? document.querySelector(target) : target;
            if (!place) throw new Error('Invalid DOM element: ' + target);
            place.append(frame);
          },
          unmount: () => frame.remove(),
          destroy() { frame.remove(); removeEventListener('message', hear); if (current === page) current = null; },
        });
      },
    };
  }
  Stripe.version = 'endive';
  window.Stripe = Stripe;
})();
`;

/** `/endive/stripe.js`, where a page loads Stripe.js from. */
export function stripeJs(): Hono {
  const app = new Hono();
  app.get('/endive/stripe.js', (c) =>
    c.body(SCRIPT, 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  );
  return app;
}
