/** How round corners are, as a value of CSS. */
export const CORNERS = {
  none: '0',
  small: '0.375rem',
  medium: '0.75rem',
  large: '1.25rem',
} as const;
export type Corners = keyof typeof CORNERS;

/** What the widgets are set in, as a value of CSS. */
export const FONTS = {
  sans: 'ui-sans-serif, system-ui, sans-serif',
  serif: 'ui-serif, Georgia, serif',
  mono: 'ui-monospace, Menlo, monospace',
} as const;
export type Font = keyof typeof FONTS;
