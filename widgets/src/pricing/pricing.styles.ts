import { css } from 'lit';

export const pricingStyles = css`
  .root {
    display: grid;
    gap: var(--_space);
  }
  .switches {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75em;
    justify-content: center;
  }
  .segments,
  .currency {
    display: inline-flex;
    padding: 0.2em;
    border: 1px solid var(--_border);
    border-radius: 99em;
    background: var(--_sunken);
  }
  .segments label {
    position: relative;
    padding: 0.35em 1em;
    border-radius: 99em;
    cursor: pointer;
  }
  .segments input {
    position: absolute;
    inset: 0;
    opacity: 0;
    cursor: pointer;
  }
  .segments label:has(:checked) {
    background: var(--_surface);
    box-shadow: 0 1px 3px rgb(0 0 0 / 0.18);
    font-weight: 600;
  }
  .segments label:has(:focus-visible) {
    outline: 2px solid var(--_link);
    outline-offset: 1px;
  }
  .currency select {
    padding: 0.35em 0.75em;
    border: 0;
    border-radius: 99em;
    background: var(--_surface);
  }
  .tiers {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 13em), 1fr));
    gap: var(--_space);
  }
  /* What is alike stands level in all plans: name, words, price, note, button, features, links. */
  .tier {
    display: grid;
    grid-row: span 7;
    grid-template-rows: subgrid;
    gap: 0.6em;
    padding: 1.5em;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: var(--dream-shadow, none);
  }
  .tier.popular {
    border-color: var(--_accent);
    box-shadow: 0 0 0 1px var(--_accent), var(--dream-shadow, 0 0 #0000);
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25em 0.75em;
    align-items: center;
    justify-content: space-between;
  }
  h3 {
    font-size: 1.15em;
    font-weight: 650;
  }
  .badge {
    padding: 0.15em 0.7em;
    border-radius: 99em;
    background: var(--_accent);
    color: var(--_on-accent);
    font-size: 0.8em;
    font-weight: 600;
  }
  .badge.plain {
    background: var(--_sunken);
    color: var(--_text);
  }
  .price {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4em;
    align-items: baseline;
  }
  .price strong {
    font-size: 2.2em;
    font-weight: 700;
    line-height: 1.15;
    letter-spacing: -0.02em;
    font-variant-numeric: tabular-nums;
  }
  .note {
    min-block-size: 1.5em;
  }
  .warning {
    color: var(--_danger);
    font-size: 0.9em;
    font-weight: 600;
  }
  .links {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25em 1em;
  }
  h3:focus {
    outline: none;
  }
  .features {
    display: grid;
    gap: 0.4em;
    align-content: start;
    margin-block-start: 0.4em;
  }
  .features li {
    display: grid;
    grid-template-columns: 1.5em 1fr;
  }
  .features li::before {
    content: '✓';
    content: '✓' / '';
    color: var(--_link);
    font-weight: 700;
  }
  .bone.name {
    block-size: 1.7em;
    inline-size: 40%;
  }
  .bone.amount {
    block-size: 3em;
    inline-size: 55%;
  }
  .bone.action {
    block-size: 2.75em;
  }
  .bone.lines {
    block-size: 5em;
  }
`;
