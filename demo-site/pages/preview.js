import { readPreview } from './preview-config.js';

const byId = (id) => document.querySelector(`#${id}`);
const TITLES = {
  saas: 'Plans for everybody',
  store: 'Good things, sent to you',
  membership: 'Become a member',
};
const TROUBLE = {
  expired: [
    'This preview has ended',
    'A preview can be opened for a day. Whoever made it can make a new one in a moment.',
  ],
  wrong: [
    'There is nothing to show here',
    'The address of this preview is not whole. Copy it again from where it was made.',
  ],
};

function show() {
  const { preview, endsAtMs, reason } = readPreview(location.hash, Date.now());
  if (!preview) {
    const [title, lead] = TROUBLE[reason];
    document.title = title;
    byId('title').textContent = title;
    byId('lead').textContent = lead;
    return;
  }
  dress(preview);
  const until = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  byId('band').textContent =
    `Preview, until ${until.format(endsAtMs)}: nothing here is sold or sent.`;
  document.title = `${preview.name} · Preview`;
  byId('name').textContent = preview.name;
  byId('title').textContent = TITLES[preview.kind];
  byId('lead').textContent = 'The real widgets, as your visitors will see them.';
  byId('account').append(
    widget('dream-signup', { bootstrap: bootstrapOf(preview) }, { compact: '' }),
  );
  byId('shown').append(...partsOf(preview));
}

/** The look, by properties: the page's policy allows no style of a text. */
function dress({ look, logoUrl }) {
  const { style } = document.documentElement;
  const tokens = { accent: look.accent, surface: look.surface, text: look.text };
  for (const [name, value] of Object.entries({ ...tokens, radius: look.radius }))
    if (value !== null) style.setProperty(`--dream-${name}`, value);
  if (look.font !== 'inherit') style.setProperty('--dream-font', look.font);
  document.querySelector('header').hidden = false;
  if (logoUrl === null) return;
  const logo = document.querySelector('header img');
  logo.addEventListener('load', () => (logo.hidden = false));
  logo.referrerPolicy = 'no-referrer';
  logo.src = logoUrl;
}

const bootstrapOf = ({ name, logoUrl, look, tiers }) => ({
  branding: { name, logoUrl, accentColor: look.accent, look: {}, locale: null, supportEmail: null },
  tiers,
  sells: true,
});

function partsOf(preview) {
  const bootstrap = bootstrapOf(preview);
  if (preview.kind === 'store')
    return [
      widget('dream-cart', {
        bootstrap,
        products: preview.products,
        cart: preview.products.slice(0, 1).map(({ priceId }) => ({ priceId, quantity: 1 })),
      }),
    ];
  const metered = preview.tiers.find(({ limit }) => limit !== 'unlimited' && limit > 0);
  const parts = [widget('dream-pricing', { bootstrap, customer: null })];
  if (preview.kind === 'saas' && metered) parts.push(meter(bootstrap, metered));
  return parts;
}

function meter(bootstrap, { name, limit }) {
  const usageCount = Math.round(limit * 0.62);
  const resetsAtMs = Date.now() + 9 * 86_400_000;
  const day = (ms) => new Date(ms).toISOString().slice(0, 10);
  const usage = [
    {
      userId: 'preview',
      plan: name,
      feature: 'requests',
      usageCount,
      limit,
      remaining: limit - usageCount,
      periodStart: day(resetsAtMs - 30 * 86_400_000),
      periodEnd: day(resetsAtMs - 86_400_000),
      resetsAtMs,
    },
  ];
  const customer = { id: 'preview', email: 'ada@example.com', plan: name };
  return widget('dream-usage-meter', { bootstrap, customer, usage });
}

const element = (name, properties = {}) => Object.assign(document.createElement(name), properties);

function widget(name, config, attributes = {}) {
  const made = element(name, { config });
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

show();
// Another fragment in the address loads nothing by itself.
addEventListener('hashchange', () => location.reload());
