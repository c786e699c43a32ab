import {
  FONTS,
  RADII,
  shownProducts,
  shownTiers,
  startBootstrap,
  type StartDraft,
} from './start-draft.ts';
import { colourFault } from './validation.ts';

/** How long a preview can be opened. */
export const PREVIEW_HOURS = 24;

/**
 * The address of a working preview. All of it is in the fragment, which browsers send to nobody;
 * `demo-site/pages/preview-config.js` reads it, and believes none of it.
 */
export function previewLink(page: string, draft: StartDraft, nowMs: number): string {
  const { look, kind } = draft;
  const { branding } = startBootstrap(draft);
  const colour = (value: string) => (colourFault(value) === null ? value : null);
  const config = {
    madeAtMs: nowMs,
    kind,
    name: branding?.name,
    logoUrl: branding?.logoUrl,
    look: {
      accent: colour(look.accent),
      surface: colour(look.surface),
      text: colour(look.text),
      radius: RADII[look.radius][1],
      font: FONTS[look.font][1],
    },
    tiers: shownTiers(draft),
    products: shownProducts(draft),
  };
  return `${page}#${base64url(JSON.stringify(config))}`;
}

const base64url = (text: string): string =>
  btoa(String.fromCodePoint(...new TextEncoder().encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
