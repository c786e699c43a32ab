import { html, nothing, type TemplateResult } from 'lit';
import type { Texts } from '../internal/language.ts';

/** A signed-in device, as the API tells of it. */
export interface Device {
  id: string;
  device: string | null;
  lastUsedAtMs: number;
  current: boolean;
}

/** What the list takes from the element it stands in. */
interface Place {
  language: string;
  text: (name: string, values?: Texts) => string;
  /** The link that signs a device out, under a name of its own. */
  signOut: (device: Device, name: string) => TemplateResult;
}

/** The devices and when each was last used, this one without a way out; a bone until they are known. */
export function deviceList(devices: readonly Device[] | null, place: Place): TemplateResult {
  const { language, text, signOut } = place;
  if (!devices) return html`<span class="bone" role="status" aria-label=${text('loading')}></span>`;
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
