import { html, type TemplateResult } from 'lit';
import { icons } from './icons.ts';

/** What stands around a page that anybody may see. */
export const openShell = (content: unknown): TemplateResult => html`
  <header class="open-top">
    <a class="brand" href="/">${icons.moon} dream</a>
    <a class="button quiet" href="/projects">Sign in</a>
  </header>
  <main id="content" class="wide" tabindex="-1">${content}</main>
`;
