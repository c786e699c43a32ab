import type { SecretKey } from '@dream/contract';
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { confirm } from '../../ui/confirm.ts';
import { secretBlock } from '../../ui/copy-button.ts';
import { choice, field } from '../../ui/field.ts';
import { day, instant } from '../../ui/format.ts';
import { emptyState } from '../../ui/notice.ts';
import { toast } from '../../ui/toast.ts';
import { tableCard } from '../../ui/table.ts';
import { textFault } from '../../validation.ts';
import { Page } from '../page.ts';

interface Keys {
  publishableKey: string;
  keys: SecretKey[];
}

const OVERLAPS = [
  ['0', 'Stop the old key now'],
  ['1', 'Keep it for an hour'],
  ['24', 'Keep it for a day'],
  ['168', 'Keep it for a week'],
] as const;

/** How many keys are listed at once. */
const AT_ONCE = 50;

/** The keys of an environment. A secret is shown once, and is nowhere after that. */
class KeysPage extends Page<Keys> {
  static override properties: PropertyDeclarations = {
    ...Page.properties,
    name: { state: true },
    overlap: { state: true },
    shown: { state: true },
    atMost: { state: true },
  };
  declare private name: string;
  declare private overlap: string;
  /** So many keys are listed: those that work first, the newest first. */
  declare private atMost: number;
  declare private shown: { name: string; secret: string } | null;

  constructor() {
    super();
    this.name = '';
    this.overlap = '24';
    this.shown = null;
    this.atMost = AT_ONCE;
  }

  protected load(signal: AbortSignal): Promise<Keys> {
    return this.environment.keys(signal);
  }

  protected head(): TemplateResult {
    return html`<div class="page-head">
      <div>
        <h1>Keys</h1>
        <p>The publishable key is for pages; a secret key is for your server, and opens everything here.</p>
      </div>
    </div>`;
  }

  protected body({ publishableKey, keys }: Keys): TemplateResult {
    return html`
      ${this.#shownSecret()}
      <section class="card" aria-labelledby="pk-title">
        <div>
          <h2 id="pk-title">Publishable key</h2>
          <p class="muted">Anybody may read it: it opens your price table and the sign-up, nothing else.</p>
        </div>
        ${secretBlock(publishableKey, 'the publishable key')}
      </section>
      ${this.#maker()}
      ${
        keys.length === 0
          ? emptyState(
              'No secret key yet',
              'Make one for your server, and keep it in its environment variables.',
            )
          : this.#table(keys)
      }
    `;
  }

  #shownSecret(): TemplateResult | typeof nothing {
    if (this.shown === null) return nothing;
    return html`<section class="alert amber" aria-labelledby="shown-title" tabindex="-1" id="shown">
      <h2 id="shown-title">Copy “${this.shown.name}” now</h2>
      <p>It is shown this once. We keep only a fingerprint of it.</p>
      ${secretBlock(this.shown.secret, 'the secret key')}
      <div class="buttons">
        <button class="button" type="button" @click=${() => (this.shown = null)}>I have it</button>
      </div>
    </section>`;
  }

  #maker(): TemplateResult {
    const fault = this.name === '' ? null : textFault(this.name, 60);
    return html`<form class="card" @submit=${this.#create} novalidate aria-labelledby="make-title">
      <h2 id="make-title">Make a secret key</h2>
      <div class="row">
        ${field({
          id: 'key-name',
          label: 'What it is for',
          hideLabel: true,
          value: this.name,
          placeholder: 'What it is for, like “Production server”',
          fault,
          onInput: (value) => (this.name = value),
        })}
        <button class="button primary" aria-disabled=${String(this.busy !== null)}>
          ${this.busy === 'create' ? 'Making…' : 'Make a key'}
        </button>
      </div>
    </form>`;
  }

  #table(keys: readonly SecretKey[]): TemplateResult {
    const nowMs = Date.now();
    const listed = keys
      .toSorted(
        (a, b) =>
          Number(isOver(a, nowMs)) - Number(isOver(b, nowMs)) || b.createdAtMs - a.createdAtMs,
      )
      .slice(0, this.atMost);
    return html`${tableCard(
      'Secret keys',
      ['Name', 'Key', 'Made', 'Last used', 'State', ''],
      listed.map((key) => this.#row(key, nowMs)),
    )}
      ${
        listed.length === keys.length
          ? nothing
          : html`<div class="list-end">
              <span class="muted small" role="status">${listed.length} of ${keys.length} keys</span>
              <button class="button" type="button" @click=${() => (this.atMost += AT_ONCE)}>Show more</button>
            </div>`
      }
      ${choice({
        id: 'overlap',
        label: 'When a key is rotated',
        value: this.overlap,
        choices: OVERLAPS,
        hint: 'Meanwhile both keys work, so that no call of your server fails.',
        onInput: (value) => (this.overlap = value),
      })}`;
  }

  #row(key: SecretKey, nowMs: number): TemplateResult {
    return html`<tr>
      <td data-label="Name">${key.name}</td>
      <td data-label="Key"><code>${key.hint}</code></td>
      <td data-label="Made" class="nowrap">${day(key.createdAtMs)}</td>
      <td data-label="Last used" class="nowrap">
        ${key.lastUsedAtMs === null ? 'Never' : instant(key.lastUsedAtMs)}
      </td>
      <td data-label="State">${stateOf(key)}</td>
      <td class="actions">
        ${
          isOver(key, nowMs)
            ? nothing
            : html`<div class="buttons">
                ${
                  key.expiresAtMs === null
                    ? html`<button
                        class="button"
                        type="button"
                        aria-label="Rotate ${key.name}"
                        @click=${() => void this.#rotate(key)}
                      >
                        Rotate
                      </button>`
                    : nothing
                }
                <button
                  class="button danger"
                  type="button"
                  aria-label="Revoke ${key.name}"
                  @click=${() => void this.#revoke(key)}
                >
                  Revoke
                </button>
              </div>`
        }
      </td>
    </tr>`;
  }

  readonly #create = async (event: Event): Promise<void> => {
    event.preventDefault();
    const name = this.name.trim() || 'Secret key';
    if (textFault(name, 60) !== null) return;
    await this.act('create', async () => {
      const { secret, key } = await this.environment.createKey(name);
      this.name = '';
      await this.#show(key.name, secret);
    });
  };

  async #rotate(old: SecretKey): Promise<void> {
    const sure = await confirm({
      title: `Rotate “${old.name}”?`,
      text: `A new key is made. ${OVERLAPS.find(([hours]) => hours === this.overlap)?.[1] ?? ''}.`,
      action: 'Rotate',
    });
    if (!sure) return;
    await this.act('rotate', async () => {
      const { secret, key } = await this.environment.rotateKey(old.id, Number(this.overlap));
      await this.#show(key.name, secret);
    });
  }

  async #revoke(key: SecretKey): Promise<void> {
    const sure = await confirm({
      title: `Revoke “${key.name}”?`,
      text: 'Calls with it are refused everywhere within ten seconds. This cannot be undone.',
      action: 'Revoke',
      danger: true,
    });
    if (!sure) return;
    const done = await this.act('revoke', () => this.environment.revokeKey(key.id));
    if (!done) return;
    toast('Key revoked');
    await this.reload();
  }

  async #show(name: string, secret: string): Promise<void> {
    this.shown = { name, secret };
    await this.reload();
    await this.updateComplete;
    this.querySelector<HTMLElement>('#shown')?.focus();
  }
}
customElements.define('page-keys', KeysPage);

const isOver = ({ revokedAtMs, expiresAtMs }: SecretKey, nowMs: number): boolean =>
  revokedAtMs !== null || (expiresAtMs ?? Infinity) <= nowMs;

function stateOf({ revokedAtMs, expiresAtMs }: SecretKey): TemplateResult {
  if (revokedAtMs !== null) return html`<span class="badge">Revoked</span>`;
  if (expiresAtMs === null) return html`<span class="badge good">Works</span>`;
  return expiresAtMs <= Date.now()
    ? html`<span class="badge">Ended</span>`
    : html`<span class="badge amber">Until ${instant(expiresAtMs)}</span>`;
}
