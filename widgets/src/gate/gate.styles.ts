import { css } from 'lit';

export const gateStyles = css`
  [hidden] {
    display: none !important;
  }
  .prompt {
    display: grid;
    gap: 0.75em;
    justify-items: center;
    padding: 2em 1.5em;
    border: 1px dashed var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    text-align: center;
  }
  .prompt .bone {
    inline-size: 100%;
    block-size: 8em;
  }
`;
