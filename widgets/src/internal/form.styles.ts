import { css } from 'lit';

/** Forms, as sign-in and account have them. */
export const formStyles = css`
  .root {
    container-type: normal;
    /* An address may be longer than a telephone is wide. */
    overflow-wrap: anywhere;
  }
  form {
    display: grid;
    gap: 0.9em;
  }
  .field {
    display: grid;
    gap: 0.3em;
  }
  label {
    font-weight: 550;
  }
  input {
    inline-size: 100%;
    min-block-size: 2.75em;
    padding: 0.5em 0.75em;
    border: 1px solid light-dark(#8b90a0, #737a8c);
    border-radius: calc(var(--_radius) * 0.66);
    background: var(--_surface);
    font-weight: 400;
  }
  input[aria-invalid='true'] {
    border-color: var(--_danger);
  }
  input.code {
    font-size: 1.4em;
    font-variant-numeric: tabular-nums;
    letter-spacing: 0.35em;
    text-align: center;
  }
  .fault {
    color: var(--_danger);
    font-size: 0.9em;
  }
  button.danger {
    border-color: transparent;
    background: var(--_danger);
    color: var(--_surface);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 0.4em 1.2em;
    align-items: center;
  }
  .who {
    display: flex;
    gap: 0.75em;
    align-items: center;
    min-inline-size: 0;
  }
  .face {
    display: grid;
    flex: none;
    place-items: center;
    inline-size: 2.25em;
    block-size: 2.25em;
    border-radius: 50%;
    background: var(--_accent);
    color: var(--_on-accent);
    font-weight: 650;
    text-transform: uppercase;
  }
  .face::before {
    content: attr(data-letter);
    content: attr(data-letter) / '';
  }
  .bone.block {
    min-block-size: 9em;
  }
`;
