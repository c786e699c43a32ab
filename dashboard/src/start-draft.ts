import type { Bootstrap, Limit, PublicProduct, PublicTier, SettingsPatch } from '@dream/contract';
import type { ProjectPlan } from './save-project.ts';
import { type StartStep, STEPS } from './start-steps.ts';
import { type ProjectKind, SHOWN_KINDS, TEMPLATES } from './templates.ts';
import { previewOf, type TierDraft, tierFaults } from './tier-draft.ts';
import { colourFault, optionalFault, textFault, urlFault } from './validation.ts';

/** What is chosen of the `--dream-*` tokens; an empty colour leaves it to the page. */
export interface Look {
  accent: string;
  surface: string;
  text: string;
  radius: keyof typeof RADII;
  font: keyof typeof FONTS;
}

/** A project as it is typed before there is an account. */
export interface StartDraft {
  /** Of the project it will be; see ProjectPlan. */
  key: string;
  kind: Exclude<ProjectKind, 'empty'>;
  name: string;
  logoUrl: string;
  look: Look;
  tiers: readonly TierDraft[];
}

/** How round corners are. */
export const RADII = {
  none: ['Square', '0'],
  small: ['Slightly round', '0.375rem'],
  medium: ['Round', '0.75rem'],
  large: ['Very round', '1.25rem'],
} as const;

/** What the widgets are set in. */
export const FONTS = {
  site: ['That of your site', 'inherit'],
  sans: ['Sans serif', 'ui-sans-serif, system-ui, sans-serif'],
  serif: ['Serif', 'ui-serif, Georgia, serif'],
  mono: ['Monospace', 'ui-monospace, Menlo, monospace'],
} as const;

/** A table of these as choices. */
export const choicesOf = (
  table: Readonly<Record<string, readonly [words: string, css: string]>>,
): (readonly [string, string])[] =>
  Object.entries(table).map(([name, [words]]) => [name, words] as const);

/** A draft of a kind, with its tiers. */
export const newStart = (kind: StartDraft['kind'] = 'saas'): StartDraft => ({
  key: crypto.randomUUID(),
  kind,
  name: '',
  logoUrl: '',
  look: { accent: '', surface: '', text: '', radius: 'medium', font: 'site' },
  tiers: TEMPLATES[kind].tiers,
});

/** A draft as it is changed. With another name or kind it is another project, and has another key. */
export function changedStart(draft: StartDraft, part: Partial<StartDraft>): StartDraft {
  const next = { ...draft, ...part };
  const isAnother = next.name !== draft.name || next.kind !== draft.kind;
  return isAnother ? { ...next, key: crypto.randomUUID() } : next;
}

/** Another kind brings its own tiers, unless the others were changed by hand. */
export function withKind(draft: StartDraft, kind: StartDraft['kind']): Partial<StartDraft> {
  const isUntouched = JSON.stringify(draft.tiers) === JSON.stringify(TEMPLATES[draft.kind].tiers);
  return { kind, tiers: isUntouched ? TEMPLATES[kind].tiers : draft.tiers };
}

/** What is wrong with a step, by field; of tiers by their place: `1.displayName`. */
export function startFaults(draft: StartDraft, step: StartStep): Readonly<Record<string, string>> {
  const { look } = draft;
  if (step === 'branding')
    return only({
      name: textFault(draft.name, 60),
      logoUrl: optionalFault(draft.logoUrl, urlFault),
    });
  if (step === 'look')
    return only({
      accent: optionalFault(look.accent, colourFault),
      surface: optionalFault(look.surface, colourFault),
      text: optionalFault(look.text, colourFault),
    });
  if (step === 'preview') return {};
  const faults = draft.tiers.map((tier, index) => {
    const others = draft.tiers.slice(0, index).map(({ name }) => name);
    return Object.entries(tierFaults(tier, others)).map(
      ([field, fault]) => [`${index}.${field}`, fault] as const,
    );
  });
  return Object.fromEntries(faults.flat());
}

const only = (found: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== null),
  );

/** The first step that is not right yet; the last one when all are. */
export const firstOpenStep = (draft: StartDraft): StartStep =>
  STEPS.find((step) => Object.keys(startFaults(draft, step)).length > 0) ?? 'preview';

/** The tiers a price table shows. */
export const shownTiers = ({ tiers }: StartDraft): PublicTier[] =>
  tiers.filter(({ listed }) => listed).map(previewOf);

/** The products a shop would show. */
export const shownProducts = ({ kind }: StartDraft): PublicProduct[] =>
  TEMPLATES[kind].products.map((product, index) => {
    const [variant] = product.variants;
    const [price] = variant?.prices ?? [];
    const inventory: Limit = variant?.stockUnits ?? 'unlimited';
    const shown = {
      inventory,
      soldOut: inventory === 0,
      lowStock: false,
      maxQuantity: product.maxPerOrder,
      price: price?.priceMinor ?? 0,
      currency: price?.currency ?? 'usd',
      priceId: `preview_${index}`,
    };
    const { price: amount, currency, priceId, ...stock } = shown;
    return {
      ...shown,
      id: `preview_${index}`,
      name: product.name,
      description: product.description,
      category: null,
      imageUrl: null,
      images: [],
      variants: [
        {
          ...stock,
          id: `preview_${index}`,
          name: '',
          image: null,
          prices: [{ priceId, price: amount, currency }],
        },
      ],
    };
  });

/** What the widgets of a draft are given in place of the edge's first data. */
export const startBootstrap = (draft: StartDraft): Partial<Bootstrap> => ({
  branding: {
    name: draft.name.trim() || 'Your product',
    logoUrl: rightOrNull(draft.logoUrl, urlFault),
    accentColor: rightOrNull(draft.look.accent, colourFault),
    look: {},
    locale: null,
    supportEmail: null,
  },
  tiers: shownTiers(draft),
  sells: true,
});

/** What was typed, without the spaces that a paste leaves around it; null when the rule forbids it. */
function rightOrNull(typed: string, rule: (value: string) => string | null): string | null {
  const text = typed.trim();
  return rule(text) === null ? text : null;
}

/** The tokens of a look, as far as it is right. */
export function tokensOf({ accent, surface, text, radius, font }: Look): Record<string, string> {
  const colours = { '--dream-accent': accent, '--dream-surface': surface, '--dream-text': text };
  const right = Object.entries(colours).map(
    ([name, colour]) => [name, rightOrNull(colour, colourFault)] as const,
  );
  return {
    ...Object.fromEntries(right.filter((entry): entry is [string, string] => entry[1] !== null)),
    ...(radius === 'medium' ? {} : { '--dream-radius': RADII[radius][1] }),
    ...(font === 'site' ? {} : { '--dream-font': FONTS[font][1] }),
  };
}

/** The project a draft becomes. */
export function planOf(draft: StartDraft): ProjectPlan {
  const { name, logoUrl, look } = draft;
  const settings: SettingsPatch = {
    ...(logoUrl.trim() ? { logoUrl: logoUrl.trim() } : {}),
    ...(look.accent.trim() ? { accentColor: look.accent.trim() } : {}),
    ...(look.surface.trim() ? { surfaceColor: look.surface.trim() } : {}),
    ...(look.text.trim() ? { textColor: look.text.trim() } : {}),
    ...(look.radius === 'medium' ? {} : { corners: look.radius }),
    ...(look.font === 'site' ? {} : { font: look.font }),
  };
  const { products } = TEMPLATES[draft.kind];
  return { key: draft.key, name: name.trim(), settings, tiers: draft.tiers, products };
}

const NAME = 'dream-start';

/** Keeps a draft in this browser. */
export const keepStart = (draft: StartDraft): void =>
  localStorage.setItem(NAME, JSON.stringify(draft));

/** Forgets the draft: it became a project, or is not wanted. */
export const forgetStart = (): void => localStorage.removeItem(NAME);

/** The draft of this browser; null when there is none that can be read. */
export function keptStart(): StartDraft | null {
  try {
    const kept = JSON.parse(localStorage.getItem(NAME) ?? 'null') as StartDraft | null;
    if (kept === null || !SHOWN_KINDS.includes(kept.kind) || !Array.isArray(kept.tiers))
      return null;
    // One of an older shape shows itself by what cannot be asked of it.
    for (const step of STEPS) startFaults(kept, step);
    planOf(kept);
    return kept.key && kept.look.radius in RADII && kept.look.font in FONTS ? kept : null;
  } catch {
    return null;
  }
}
