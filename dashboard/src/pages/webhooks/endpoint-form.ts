import { html, nothing, type TemplateResult } from 'lit';
import type { WebhookEventType } from '@dream/contract';
import { check, field } from '../../ui/field.ts';
import { textFault, urlFault } from '../../validation.ts';
import { WEBHOOK_EVENT_NAMES, WEBHOOK_EVENTS } from '../../webhook-events.ts';

/** An endpoint as it is typed; `events` null is all, those to come included. */
export interface EndpointDraft {
  url: string;
  description: string;
  events: WebhookEventType[] | null;
}

/** What must be put right before it can be saved. */
export function endpointFaults({ url, description, events }: EndpointDraft): {
  url: string | null;
  description: string | null;
  events: string | null;
} {
  return {
    url: urlFault(url.trim()),
    description: textFault(description, 200, 0),
    events: events?.length === 0 ? 'Choose at least one, or all.' : null,
  };
}

/** Whether an endpoint can be saved as it is typed. */
export const isEndpointRight = (draft: EndpointDraft): boolean =>
  Object.values(endpointFaults(draft)).every((fault) => fault === null);

/** The fields of an endpoint. Faults are shown once it was `tried`. */
export function endpointFields(
  draft: EndpointDraft,
  tried: boolean,
  change: (draft: EndpointDraft) => void,
): TemplateResult {
  const faults = endpointFaults(draft);
  return html`
    <div class="columns">
      ${field({
        id: 'webhook-url',
        label: 'Address',
        value: draft.url,
        code: true,
        placeholder: 'https://example.com/webhooks/dream',
        fault: tried ? faults.url : null,
        onInput: (url) => change({ ...draft, url }),
      })}
      ${field({
        id: 'webhook-description',
        label: 'What it is for',
        value: draft.description,
        fault: faults.description,
        onInput: (description) => change({ ...draft, description }),
      })}
    </div>
    <fieldset>
      <legend>What it is told</legend>
      ${check('Everything, also what is added later', draft.events === null, (all) =>
        change({ ...draft, events: all ? null : [...WEBHOOK_EVENT_NAMES] }),
      )}
      ${draft.events === null ? nothing : eventList(draft, change)}
      ${tried && faults.events ? html`<p class="fault" role="alert">${faults.events}</p>` : nothing}
    </fieldset>
  `;
}

function eventList(draft: EndpointDraft, change: (draft: EndpointDraft) => void): TemplateResult {
  const chosen = new Set(draft.events);
  const toggle = (name: WebhookEventType, isOn: boolean) =>
    change({
      ...draft,
      events: WEBHOOK_EVENT_NAMES.filter((each) => (each === name ? isOn : chosen.has(each))),
    });
  return html`<div class="columns">
    ${WEBHOOK_EVENT_NAMES.map((name) =>
      check(name, chosen.has(name), (isOn) => toggle(name, isOn), WEBHOOK_EVENTS[name]),
    )}
  </div>`;
}
