import { css } from 'lit';

export const signupStyles = css`
  .root {
    container-type: normal;
  }
  .card {
    display: grid;
    gap: 0.9em;
    padding: 1.5em;
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    background: var(--_surface);
    box-shadow: var(--dream-shadow, none);
  }
  dialog {
    inline-size: min(26rem, calc(100vi - 2rem));
    max-block-size: calc(100vb - 2rem);
    padding: 0;
    border: 0;
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_text);
    box-shadow: 0 1.5rem 4rem rgb(0 0 0 / 0.35);
    overflow: auto;
  }
  dialog::backdrop {
    background: rgb(10 12 20 / 0.55);
  }
  dialog .card {
    border: 0;
    box-shadow: none;
  }
  .top {
    display: flex;
    gap: 1em;
    align-items: start;
    justify-content: space-between;
  }
  .close {
    min-inline-size: 2.25em;
    min-block-size: 2.25em;
    margin-block-start: -0.4em;
    margin-inline-end: -0.6em;
    padding: 0;
    border: 0;
    font-size: 1.1em;
    line-height: 1;
  }
  h2 {
    font-size: 1.25em;
    font-weight: 650;
    line-height: 1.3;
  }
  h2:focus {
    outline: none;
  }
  form,
  label {
    display: grid;
    gap: 0.75em;
  }
  label {
    gap: 0.3em;
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
  input.code {
    font-size: 1.4em;
    font-variant-numeric: tabular-nums;
    letter-spacing: 0.35em;
    text-align: center;
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
  .who span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .who .lines {
    display: grid;
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
  .chip {
    inline-size: 100%;
    max-inline-size: 100%;
    min-block-size: 2.75em;
  }
  .chip .face {
    inline-size: 1.8em;
    block-size: 1.8em;
    font-size: 0.85em;
  }
  .chip.person {
    display: flex;
    gap: 0.6em;
    align-items: center;
    padding: 0.3em 0.8em 0.3em 0.4em;
  }
  .chip.person span:last-child {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .bone.chip {
    border-radius: calc(var(--_radius) * 0.66);
  }
  .bone.block {
    min-block-size: 9em;
  }
  .quiet {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;
