import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { instant } from './format.ts';
import { icons } from './icons.ts';
import { chooseTheme, theme } from './theme.ts';

/** A place to go to. */
export interface NavigationItem {
  id: string;
  words: string;
  href: string;
  icon: unknown;
}

/** All places to go to. */
export interface Navigation {
  home: string;
  account: string;
  current: string;
  projects: readonly { id: string; name: string; href: string }[];
  project: string | null;
  modes: { current: 'test' | 'live'; test: string; live: string } | null;
  groups: readonly { title: string; items: readonly NavigationItem[] }[];
}

/** What stands around every page. */
export interface ShellOptions {
  navigation: Navigation;
  person: string;
  isTest: boolean;
  isWide: boolean;
  offline: boolean;
  /** What the developer must know of their plan, with what to do. */
  notice: { title: string; text: string; isUrgent: boolean } | null;
  /** Where the plan is chosen. */
  plan: string;
  go: (path: string) => void;
  content: unknown;
}

const THEMES = { system: 'dark', dark: 'light', light: 'system' } as const;

/** The navigation at the side, and the page beside it. */
export function shell(options: ShellOptions): TemplateResult {
  const { navigation, isTest, isWide, offline, content } = options;
  return html`
    <a class="button skip" href="#content" @click=${skip}>Skip to the page</a>
    <div class="shell">
      <header class="side">
        <div class="side-top">
          <a class="brand" href=${navigation.home}>${icons.moon} dream</a>
          <button
            class="button icon quiet menu-button"
            type="button"
            aria-label="Menu"
            aria-expanded="false"
            @click=${toggleMenu}
          >
            ${icons.menu}
          </button>
        </div>
        ${switchers(options)}
        <nav class="folded" aria-label="Main" @click=${closeMenu}>
          ${navigation.groups.map(
            ({ title, items }) =>
              html`<div>
                ${title ? html`<p class="nav-title" id=${groupId(title)}>${title}</p>` : nothing}
                <ul class="nav" aria-labelledby=${title ? groupId(title) : nothing}>
                  ${items.map((item) => link(item, navigation.current))}
                </ul>
              </div>`,
          )}
        </nav>
        ${foot(options)}
      </header>
      <div class="column">
        ${
          isTest
            ? html`<aside class="test-band" aria-label="Mode">Test mode: no money here is real.</aside>`
            : nothing
        }
        ${offline ? html`<aside class="test-band" aria-label="Connection"><span role="status">You are offline. What you see may be old, and nothing can be saved until you are back.</span></aside>` : nothing}
        ${planNotice(options)}
        <main id="content" class=${isWide ? 'wide' : ''} tabindex="-1">${content}</main>
      </div>
    </div>
  `;
}

function planNotice({ navigation, notice, plan }: ShellOptions): TemplateResult | typeof nothing {
  if (notice === null) return nothing;
  const { title, text, isUrgent } = notice;
  return html`<aside class="plan-band" ?data-urgent=${isUrgent} aria-label="Your plan">
    <p><strong>${title}.</strong> ${text}</p>
    ${navigation.current === 'plan' ? nothing : html`<a class="button" href=${plan}>Your plan</a>`}
  </aside>`;
}

const groupId = (title: string): string => `nav-${title.toLowerCase().replaceAll(' ', '-')}`;

const link = ({ id, words, href, icon }: NavigationItem, current: string): TemplateResult =>
  html`<li><a href=${href} aria-current=${id === current ? 'page' : nothing}>${icon}<span>${words}</span></a></li>`;

function switchers({ navigation, go }: ShellOptions): TemplateResult | typeof nothing {
  const { projects, project, modes } = navigation;
  if (project === null || modes === null) return nothing;
  const choose = (event: Event) => {
    const select = event.target as HTMLSelectElement;
    const href = projects.find(({ id }) => id === select.value)?.href;
    // It names the project of the page, which may stay for what is not saved.
    select.value = project;
    if (href) go(href);
  };
  const mode = (name: 'test' | 'live', words: string) =>
    html`<a class=${name} href=${modes[name]} aria-current=${modes.current === name ? 'true' : nothing}
      >${words}</a
    >`;
  return html`<div class="switchers">
    <select aria-label="Project" .value=${live(project)} @change=${choose}>
      ${projects.map(
        ({ id, name }) => html`<option value=${id} ?selected=${id === project}>${name}</option>`,
      )}
    </select>
    <div class="modes" role="group" aria-label="Environment">
      ${mode('test', 'Test')}${mode('live', 'Live')}
    </div>
  </div>`;
}

function foot({ navigation, person }: ShellOptions): TemplateResult {
  return html`<div class="side-end folded">
    <ul class="nav">
      ${link({ id: 'account', words: person, href: navigation.account, icon: icons.account }, navigation.current)}
    </ul>
    <button class="button quiet" type="button" @click=${nextTheme}>
      ${icons.theme}<span>Theme: ${theme()}</span>
    </button>
  </div>`;
}

function nextTheme(event: Event): void {
  chooseTheme(THEMES[theme()]);
  const words = (event.currentTarget as HTMLElement).querySelector('span');
  if (words) words.textContent = `Theme: ${theme()}`;
}

function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('main')?.focus();
}

function toggleMenu(event: Event): void {
  const button = event.currentTarget as HTMLElement;
  const isOpen = button.closest('.side')?.toggleAttribute('data-open') ?? false;
  button.setAttribute('aria-expanded', String(isOpen));
}

function closeMenu(event: Event): void {
  const side = (event.currentTarget as HTMLElement).closest('.side');
  side?.removeAttribute('data-open');
  side?.querySelector('.menu-button')?.setAttribute('aria-expanded', 'false');
}

/** Told above every page of a project that is suspended. */
export const suspended = (
  sinceMs: number,
  reason: string | null,
): TemplateResult => html`<div class="alert" role="status">
  <strong>This project is suspended${reason === null ? '' : ':'}</strong>
  ${reason === null ? nothing : html`<span class="anywhere">${reason}</span>`}
  <p>
    Since ${instant(sinceMs)} its keys and its customers are refused, in test and live. Its data is kept.
    Write to us to have it work again.
  </p>
</div>`;
