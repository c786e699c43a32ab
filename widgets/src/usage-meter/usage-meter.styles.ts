import { css } from 'lit';

export const usageMeterStyles = css`
  :host {
    --_level: var(--_accent);
    --_near: light-dark(#a15c00, #ffc46b);
  }
  .meters {
    display: grid;
    gap: var(--_space);
    padding: 1.1em 1.25em;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: var(--dream-shadow, none);
  }
  .meter {
    display: grid;
    gap: 0.5em;
  }
  .near {
    --_level: var(--_near);
  }
  .reached {
    --_level: var(--_danger);
  }
  .line {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2em 1em;
    align-items: baseline;
    justify-content: space-between;
  }
  .line strong {
    font-weight: 650;
  }
  .figures {
    font-variant-numeric: tabular-nums;
  }
  .state {
    color: var(--_level);
    font-weight: 600;
  }
  .bar {
    block-size: 0.6em;
    border-radius: 99em;
    background: var(--_sunken);
    overflow: hidden;
  }
  .bar i {
    display: block;
    block-size: 100%;
    inline-size: calc(var(--_share) * 100%);
    border-radius: inherit;
    background: var(--_level);
    transition: inline-size 0.4s ease-out;
  }
  .ringed {
    grid-template-columns: auto 1fr;
    column-gap: 1em;
    align-items: center;
  }
  .ringed > :not(svg) {
    grid-column: 2;
  }
  .ring {
    grid-row: 1 / span 3;
    inline-size: 4.5em;
    block-size: 4.5em;
    rotate: -90deg;
  }
  .ring circle {
    fill: none;
    stroke: var(--_sunken);
    stroke-width: 5;
  }
  .ring circle + circle {
    stroke: var(--_level);
    stroke-linecap: round;
    stroke-dasharray: calc(var(--_share) * 100) 200;
    transition: stroke-dasharray 0.4s ease-out;
  }
  .line.low {
    min-block-size: 2.9em;
    align-items: center;
  }
  .words {
    display: grid;
  }
  .line.low button {
    min-block-size: 2.5em;
    padding-block: 0.25em;
  }
  .line.out {
    min-block-size: 6em;
    align-items: center;
  }
  .bone {
    block-size: 6em;
  }
`;
