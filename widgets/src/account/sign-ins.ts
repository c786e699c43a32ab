import { html, nothing, type TemplateResult } from 'lit';
import type { Values } from '../internal/texts.ts';

/** A signed-in device, as the API tells of it. */
export interface Device {
  id: string;
  device: string | null;
  lastUsedAtMs: number;
  current: boolean;
}

/** What the list of devices takes from the element it stands in. */
interface Place {
  language: string;
  text: (name: string, values?: Values) => string;
  /** The link that signs a device out, under a name of its own. */
  signOut: (device: Device, name: string) => TemplateResult;
}

/**
 * The devices and when each was last used, this one without a way out.
 * @public The account imports this file as a whole.
 */
export function deviceList(devices: readonly Device[], place: Place): TemplateResult {
  const { language, text, signOut } = place;
  const dates = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  return html`<ul class="list">
    ${devices.map((each) => {
      const name = each.device ?? text('someDevice');
      const used = text('lastUsed', { date: dates.format(each.lastUsedAtMs) });
      return html`<li>
        <span class="lines">
          <span>${name}</span>
          <span class="muted">${each.current ? text('thisDevice') : used}</span>
        </span>
        ${each.current ? nothing : signOut(each, text('endDevice', { device: name }))}
      </li>`;
    })}
  </ul>`;
}

/**
 * The providers one signs in at, each with the link that ends it.
 * @public
 */
export const providerList = (
  providers: readonly string[],
  nameOf: (provider: string) => string,
  unlink: (provider: string) => TemplateResult,
): TemplateResult =>
  html`<ul class="list">
    ${providers.map(
      (provider) =>
        html`<li><span class="lines"><span>${nameOf(provider)}</span></span>${unlink(provider)}</li>`,
    )}
  </ul>`;
