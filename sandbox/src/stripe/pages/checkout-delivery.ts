import { html } from '../../core/page.ts';
import { TAXED_COUNTRIES } from '../billing/country-taxes.ts';
import { shippingOptionsOf } from '../checkout-choice.ts';
import { type Params, text } from '../form.ts';
import type { Entity, Scope } from '../scope.ts';
import { asksCountry, asksPhone, countriesOf } from './checkout-input.ts';
import { formatMoney } from './format.ts';

type Markup = ReturnType<typeof html>;

/** One field with its label. */
export const field = (id: string, label: string, value: string, more: Markup): Markup =>
  html`<label for="${id}">${label}<input id="${id}" name="${id}" value="${value}" ${more}></label>`;

/** The phone number, where the things are sent, and how, as far as the session asks for it. */
export function deliveryFields(scope: Scope, session: Entity, form: Params) {
  const countries = countriesOf(session);
  const known = scope.get('customer', String(session.customer));
  return html`${asksPhone(session) ? field('phone', 'Phone number', text(form, 'phone') ?? String(known?.phone ?? ''), html`type="tel" required autocomplete="tel"`) : ''}
    ${countries ? addressFields(countries, known, form) : ''}${optionFields(scope, session)}`;
}

function addressFields(countries: string[], known: Entity | undefined, form: Params) {
  const kept = known?.shipping as {
    name: string | null;
    address: Record<string, string | null>;
  } | null;
  const value = (name: string, old: string | null | undefined) =>
    text(form, `shipping${name}`) ?? old ?? '';
  const own = (name: string, label: string, part: string, auto: string, more = html`required`) =>
    field(
      `shipping${name}`,
      label,
      value(name, kept?.address[part]),
      html`autocomplete="shipping ${auto}" ${more}`,
    );
  const country = value('Country', kept?.address.country);
  return html`<fieldset class="address"><legend>Shipping address</legend>
    ${field('shippingName', 'Full name', value('Name', kept?.name), html`autocomplete="shipping name" required`)}
    ${countrySelect('shippingCountry', 'Country', { countries, country })}
    ${own('Line1', 'Address', 'line1', 'address-line1')}${own('Line2', 'Apartment (optional)', 'line2', 'address-line2', html``)}
    <div class="pair">${own('Postal', 'Postal code', 'postal_code', 'postal-code')}${own('City', 'City', 'city', 'address-level2')}</div></fieldset>`;
}

/** Where the owner of the card is, when taxes or the seller want to know it. */
export const billingFields = (session: Entity, form: Params) =>
  asksCountry(session)
    ? countrySelect('billingCountry', 'Country or region', {
        countries: TAXED_COUNTRIES,
        country: text(form, 'billingCountry') ?? '',
      })
    : '';

function countrySelect(
  id: string,
  label: string,
  { countries, country }: { countries: readonly string[]; country: string },
) {
  const names = new Intl.DisplayNames('en', { type: 'region' });
  const options = countries
    .map((code) => ({ code, name: names.of(code) ?? code }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
  return html`<label for="${id}">${label}<select id="${id}" name="${id}" data-reckons>
    ${countries.length > 1 ? html`<option value="">Choose a country</option>` : ''}${options.map(({ code, name }) => html`<option value="${code}" ${code === country ? html`selected` : ''}>${name}</option>`)}</select></label>`;
}

function optionFields(scope: Scope, session: Entity) {
  const options = shippingOptionsOf(session);
  if (options.length === 0) return '';
  const chosen = (session.shipping_cost as { shipping_rate: string } | null)?.shipping_rate;
  return html`<fieldset class="picks"><legend>Shipping method</legend>${options.map(
    ({ shipping_rate: id, shipping_amount: minor }) => {
      const rate = scope.must('shipping_rate', id);
      const price = minor === 0 ? 'Free' : formatMoney(minor, String(session.currency));
      return html`<label class="pick"><input type="radio" name="shippingRate" value="${id}" data-reckons ${id === chosen ? html`checked` : ''}><span>${rate.display_name}<small>${estimate(rate)}</small></span><b>${price}</b></label>`;
    },
  )}</fieldset>`;
}

type Bound = { unit: string; value: number } | null;

/** "2 to 4 business days", or nothing. */
function estimate(rate: Entity): string {
  const { minimum, maximum } = (rate.delivery_estimate ?? { minimum: null, maximum: null }) as {
    minimum: Bound;
    maximum: Bound;
  };
  const last = maximum ?? minimum;
  if (!last) return '';
  const unit = `${last.unit.replace('_', ' ')}${last.value === 1 ? '' : 's'}`;
  if (minimum && maximum && minimum.value !== maximum.value)
    return `${minimum.value} to ${maximum.value} ${unit}`;
  return `${maximum ? 'Up to' : 'At least'} ${last.value} ${unit}`;
}
