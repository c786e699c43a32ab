import { page } from '../answer.ts';
import { faults } from '../faults.ts';
import { flag, group, link, metadata, text } from '../form.ts';
import { portalFeatures } from '../portal-features.ts';
import { newId } from '../scope.ts';
import type { Resource } from '../resource.ts';

/** How long a portal page may be opened after it was made. */
export const PORTAL_SECONDS = 1_800;

/** `/v1/billing_portal/sessions` and `/v1/billing_portal/configurations`, of which the page reads what a customer may change to. */
export const portal = (baseUrl: () => string): Resource => ({
  'POST /v1/billing_portal/sessions': (scope, params) => {
    const customer = text(params, 'customer');
    if (customer === undefined) throw faults.required('customer');
    scope.must('customer', customer, 'customer');
    const configuration = text(params, 'configuration');
    if (configuration !== undefined)
      scope.must('billing_portal.configuration', configuration, 'configuration');
    const id = newId('bps');
    const session = scope.put('billing_portal.session', {
      id,
      object: 'billing_portal.session',
      configuration: configuration ?? 'bpc_default',
      created: scope.nowSeconds(),
      customer,
      customer_account: null,
      flow: null,
      livemode: scope.livemode,
      locale: null,
      on_behalf_of: null,
      return_url: link(params, 'return_url') ?? null,
      url: `${baseUrl()}/p/session/${id}`,
    });
    scope.emit('billing_portal.session.created', session);
    return session;
  },
  'POST /v1/billing_portal/configurations': (scope, params) => {
    const features = group(params, 'features');
    if (features === undefined) throw faults.required('features');
    const profile = group(params, 'business_profile') ?? {};
    const nowSeconds = scope.nowSeconds();
    return scope.put('billing_portal.configuration', {
      id: newId('bpc'),
      object: 'billing_portal.configuration',
      active: true,
      application: null,
      business_profile: {
        headline: text(profile, 'headline') ?? null,
        privacy_policy_url: link(profile, 'privacy_policy_url') ?? null,
        terms_of_service_url: link(profile, 'terms_of_service_url') ?? null,
      },
      created: nowSeconds,
      default_return_url: link(params, 'default_return_url') ?? null,
      features: portalFeatures(features),
      is_default: false,
      livemode: scope.livemode,
      login_page: { enabled: false, url: null },
      metadata: metadata(params),
      name: text(params, 'name') ?? null,
      updated: nowSeconds,
    });
  },
  'GET /v1/billing_portal/configurations': (scope, params) => {
    const active = flag(params, 'active');
    const found = scope
      .list('billing_portal.configuration')
      .filter((one) => active === undefined || one.active === active);
    return page(found, params, '/v1/billing_portal/configurations');
  },
});
