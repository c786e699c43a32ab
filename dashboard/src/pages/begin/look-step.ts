import { html, type TemplateResult } from 'lit';
import { contrast } from '../../contrast.ts';
import { choicesOf, FONTS, type Look, RADII } from '../../start-draft.ts';
import { colourField } from '../../ui/colour.ts';
import { choice } from '../../ui/field.ts';
import { colourFault } from '../../validation.ts';

type Change = (look: Look) => void;

/** Colours, corners and letters, each only where the page's own will not do. */
export function lookStep(
  look: Look,
  faults: Readonly<Record<string, string>>,
  change: Change,
): TemplateResult {
  return html`<section class="card form" aria-label="Look">
      ${colour('accent', 'Accent colour', '#4f46e5', look, faults, change)}
      ${colour('surface', 'Background', '#ffffff', look, faults, change)}
      ${colour('text', 'Text', '#1a1c23', look, faults, change)}
      <div class="columns">
        ${choice({
          id: 'radius',
          label: 'Corners',
          value: look.radius,
          choices: choicesOf(RADII),
          onInput: (radius) => change({ ...look, radius: radius as Look['radius'] }),
        })}
        ${choice({
          id: 'font',
          label: 'Font',
          value: look.font,
          choices: choicesOf(FONTS),
          onInput: (font) => change({ ...look, font: font as Look['font'] }),
        })}
      </div>
      ${readable(look)}
    </section>`;
}

function colour(
  name: 'accent' | 'surface' | 'text',
  label: string,
  usual: string,
  look: Look,
  faults: Readonly<Record<string, string>>,
  change: Change,
): TemplateResult {
  return colourField({
    id: name,
    label,
    value: look[name],
    usual,
    placeholder: name === 'accent' ? usual : 'of your page',
    fault: faults[name],
    onInput: (typed) => change({ ...look, [name]: typed }),
  });
}

/** Whether what was chosen can be read. Source: WCAG 2.2, 1.4.3 and 1.4.11. */
function readable({ accent, surface, text }: Look): TemplateResult {
  const known = (value: string, usual: string) => (colourFault(value) === null ? value : usual);
  const ground = known(surface, '#ffffff');
  const rows = [
    ['Text on its background', contrast(known(text, '#1a1c23'), ground), 4.5],
    ['Accent on its background', contrast(known(accent, '#4f46e5'), ground), 3],
  ] as const;
  return html`<ul class="ratios" aria-label="Contrast" role="list">
    ${rows.map(
      ([words, ratio, least]) =>
        html`<li class="small">
          <span class="badge ${ratio >= least ? 'good' : 'amber'}">${ratio.toFixed(1)} : 1</span>
          ${words}: ${ratio >= least ? 'easy to tell apart' : `hard to tell apart; ${least} is the least`}
        </li>`,
    )}
  </ul>`;
}
