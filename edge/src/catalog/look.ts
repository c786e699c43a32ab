import type { Branding, Settings } from '@dream/contract';
import { CORNERS, FONTS } from '@dream/contract/look';

/** The design tokens of an environment, as far as they are chosen, as values of CSS. */
export function lookOf(settings: Settings): Branding['look'] {
  const { accentColor, surfaceColor, textColor, corners, font } = settings;
  return {
    ...(accentColor && { accent: accentColor }),
    ...(surfaceColor && { surface: surfaceColor }),
    ...(textColor && { text: textColor }),
    ...(corners && { radius: CORNERS[corners] }),
    ...(font && { font: FONTS[font] }),
  };
}
