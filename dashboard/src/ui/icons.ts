import { svg, type SVGTemplateResult } from 'lit';

const icon = (body: SVGTemplateResult): SVGTemplateResult =>
  svg`<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${body}</svg>`;

/** The pictures of the dashboard, in the colour of the text beside them. */
export const icons = {
  overview: icon(
    svg`<path d="M2 7.2 8 2.5l6 4.7V13a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z M6.5 14v-4h3v4"/>`,
  ),
  metrics: icon(svg`<path d="M2 13.5h12M4 11V8M8 11V3.5M12 11V6"/>`),
  integrate: icon(svg`<path d="m5 4.5-3.5 3.5L5 11.5M11 4.5l3.5 3.5-3.5 3.5M9.2 3 6.8 13"/>`),
  tiers: icon(svg`<path d="M8 2 14 5 8 8 2 5zM2.5 8 8 10.8 13.5 8M2.5 11 8 13.8 13.5 11"/>`),
  products: icon(
    svg`<path d="M8 1.8 13.5 4.6v6.8L8 14.2 2.5 11.4V4.6zM2.7 4.7 8 7.4l5.3-2.7M8 7.4v6.6M5.2 3.3l5.3 2.7"/>`,
  ),
  orders: icon(
    svg`<path d="M3 2h10v12l-2-1.2L9.5 14 8 12.8 6.5 14 5 12.8 3 14zM5.5 5.5h5M5.5 8.5h5"/>`,
  ),
  store: icon(
    svg`<path d="M2.5 6.5V13a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1V6.5M3 2.5h10l1 3.5a2 2 0 0 1-4 0 2 2 0 0 1-4 0 2 2 0 0 1-4 0zM6.5 14v-4h3v4"/>`,
  ),
  customers: icon(
    svg`<circle cx="6" cy="5.5" r="2.5"/><path d="M1.5 13.5c.5-2.7 2.2-4 4.5-4s4 1.3 4.5 4M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12 9.9c1.4.5 2.2 1.7 2.5 3.6"/>`,
  ),
  download: icon(svg`<path d="M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11"/>`),
  keys: icon(svg`<circle cx="5" cy="11" r="3"/><path d="m7.2 8.8 6.3-6.3M11 5l2 2"/>`),
  origins: icon(
    svg`<circle cx="8" cy="8" r="6"/><path d="M2 8h12M8 2c2 2 2.5 4 2.5 6S10 12 8 14c-2-2-2.5-4-2.5-6S6 4 8 2z"/>`,
  ),
  stripe: icon(
    svg`<rect x="1.5" y="3.5" width="13" height="9" rx="1.5"/><path d="M1.5 6.5h13M4 10h3"/>`,
  ),
  webhooks: icon(svg`<path d="M2 8h9M8 4.5 11.5 8 8 11.5M14 3v10"/>`),
  clerk: icon(
    svg`<rect x="2" y="3" width="12" height="10" rx="1.5"/><circle cx="5.8" cy="7" r="1.4"/><path d="M3.8 11c.3-1.3 1-1.8 2-1.8s1.7.5 2 1.8M10 6.5h2M10 9.5h2"/>`,
  ),
  turnstile: icon(
    svg`<path d="M8 1.8 13 4v4c0 3-2 5.2-5 6.2C5 13.2 3 11 3 8V4zM5.8 8l1.6 1.6L10.4 6.5"/>`,
  ),
  requests: icon(svg`<circle cx="8" cy="8" r="6"/><path d="M8 4.8v3.7M8 11.1v.1"/>`),
  audit: icon(svg`<path d="M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3"/>`),
  settings: icon(
    svg`<path d="M2 4.5h7M12 4.5h2M2 11.5h2M7 11.5h7"/><circle cx="10.5" cy="4.5" r="1.5"/><circle cx="5.5" cy="11.5" r="1.5"/>`,
  ),
  projects: icon(
    svg`<rect x="2" y="2" width="5" height="5" rx="1"/><rect x="9" y="2" width="5" height="5" rx="1"/><rect x="2" y="9" width="5" height="5" rx="1"/><rect x="9" y="9" width="5" height="5" rx="1"/>`,
  ),
  account: icon(
    svg`<circle cx="8" cy="5.5" r="2.75"/><path d="M2.5 14c.6-3 2.7-4.5 5.5-4.5s4.9 1.5 5.5 4.5"/>`,
  ),
  check: icon(svg`<path d="m3 8.5 3.2 3.2L13 5"/>`),
  copy: icon(
    svg`<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 5.5v-3h-8v8h3"/>`,
  ),
  plus: icon(svg`<path d="M8 3v10M3 8h10"/>`),
  promote: icon(svg`<path d="M8 10V2.5M4.5 6 8 2.5 11.5 6M2.5 13.5h11"/>`),
  up: icon(svg`<path d="M8 13V3.5M4 7l4-4 4 4"/>`),
  down: icon(svg`<path d="M8 3v9.5M4 9l4 4 4-4"/>`),
  trash: icon(svg`<path d="M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.7 9h6.6l.7-9"/>`),
  menu: icon(svg`<path d="M2 4.5h12M2 8h12M2 11.5h12"/>`),
  theme: icon(
    svg`<circle cx="8" cy="8" r="5.5"/><path d="M8 2.5v11a5.5 5.5 0 0 0 0-11z" fill="currentColor"/>`,
  ),
  moon: svg`<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="9" fill="var(--accent)"/><path d="M22.5 19.2A8 8 0 1 1 13 9.6a6.6 6.6 0 0 0 9.5 9.6z" fill="var(--on-accent)"/></svg>`,
} as const;
