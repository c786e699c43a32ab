import { css } from 'lit';

/**
 * What every element looks like. Sizes are in em of the page's own font; colours follow the page's
 * `color-scheme`; `--dream-*` is the public surface, `--_*` is ours. Everything inside `.root` is
 * set here, so that a host page with `* { all: unset }` or odd line heights changes nothing.
 */
export const baseStyles = css`
  :host {
    --_accent: var(--dream-accent, var(--_our-accent, #4f46e5));
    --_on-accent: var(
      --dream-on-accent,
      oklch(from var(--_accent) clamp(0, (0.66 / l - 1) * infinity, 1) 0 h)
    );
    --_surface: var(--dream-surface, var(--_our-surface, light-dark(#fff, #16181d)));
    --_sunken: var(--dream-sunken, light-dark(#f4f4f7, #20232b));
    --_text: var(--dream-text, var(--_our-text, light-dark(#1a1c23, #eceef3)));
    --_muted: var(--dream-muted, light-dark(#5b6070, #a6acbb));
    --_border: var(--dream-border, light-dark(#e1e3ea, #343846));
    --_danger: var(--dream-danger, light-dark(#b3261e, #ff9d94));
    --_link: light-dark(
      color-mix(in oklab, var(--_accent), #000 12%),
      color-mix(in oklab, var(--_accent), #fff 45%)
    );
    --_radius: var(--dream-radius, var(--_our-radius, 0.75rem));
    --_space: var(--dream-space, 1rem);
    display: block;
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  :host([hidden]) {
    display: none !important;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  .root {
    font-family: var(--dream-font, var(--_our-font, inherit));
    font-size: 1rem;
    font-weight: 400;
    line-height: 1.5;
    letter-spacing: normal;
    word-spacing: normal;
    text-align: start;
    text-transform: none;
    text-indent: 0;
    white-space: normal;
    cursor: default;
    color: var(--_text);
    container-type: inline-size;
  }
  /* Nobody takes what is tried for what is sold; it takes no room. */
  [part='root'][data-mode='test']:not(.bare) {
    position: relative;
  }
  [part='root'][data-mode='test']:not(.bare)::after {
    content: 'TEST';
    position: absolute;
    inset-block-start: -1em;
    inset-inline-end: 0.8em;
    padding: 0 0.5em;
    border-radius: 0.4em;
    background: var(--_muted);
    color: var(--_surface);
    font-size: 0.6875em;
    font-weight: 600;
    pointer-events: none;
  }
  h2,
  h3,
  p,
  ul,
  form,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
    min-inline-size: 0;
  }
  ul {
    list-style: none;
  }
  h2 {
    font-size: 1.25em;
    font-weight: 650;
    line-height: 1.3;
  }
  .card {
    padding: 1.5em;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: var(--dream-shadow, none);
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
    margin: 0;
  }
  button {
    min-block-size: 2.75em;
    padding: 0.5em 1em;
    border: 1px solid var(--_border);
    border-radius: calc(var(--_radius) * 0.66);
    background: var(--_surface);
    font-weight: 600;
    cursor: pointer;
  }
  button:hover {
    background: var(--_sunken);
  }
  button.primary {
    border-color: transparent;
    background: var(--_accent);
    color: var(--_on-accent);
  }
  button.primary:hover {
    background: color-mix(in oklab, var(--_accent), var(--_text) 12%);
  }
  button.link {
    min-block-size: 1.75em;
    padding: 0 0.15em;
    border: 0;
    background: none;
    color: var(--_link);
    font-weight: 500;
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }
  button[aria-disabled='true'] {
    cursor: default;
    opacity: 0.75;
  }
  :focus-visible {
    outline: 2px solid var(--_link);
    outline-offset: 2px;
  }
  .muted {
    color: var(--_muted);
    font-size: 0.9em;
  }
  /* Always there, so that what appears in it is announced; without words it takes no room. */
  [role='alert']:not(:has(*)) {
    position: absolute;
  }
  .quiet {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .notice {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5em 1em;
    align-items: center;
    justify-content: space-between;
    padding: 0.75em 1em;
    border: 1px solid currentColor;
    border-radius: calc(var(--_radius) * 0.66);
    background: var(--_surface);
    color: var(--_danger);
    overflow-wrap: anywhere;
  }
  .bone {
    display: block;
    border-radius: 0.4em;
    background: var(--_sunken);
    animation: breathe 1.4s ease-in-out infinite alternate;
  }
  @keyframes breathe {
    to {
      opacity: 0.45;
    }
  }
  .busy::before {
    content: '';
    display: inline-block;
    inline-size: 0.8em;
    block-size: 0.8em;
    margin-inline-end: 0.5em;
    border: 2px solid currentColor;
    border-inline-end-color: transparent;
    border-radius: 50%;
    animation: turn 0.8s linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    * {
      animation: none !important;
      transition: none !important;
    }
  }
`;
