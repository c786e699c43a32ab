import { randomBytes } from 'node:crypto';
import type { Sender } from '../../core/webhooks.ts';
import { page } from '../answer.ts';
import { API_VERSION, type StripeEndpoint } from '../events.ts';
import { faults } from '../faults.ts';
import { flag, link, metadata, type Params, strings, text, unsettable } from '../form.ts';
import type { Resource } from '../resource.ts';
import { type Entity, newId, type Scope } from '../scope.ts';

/** `/v1/webhook_endpoints`. The secret is told when one is made, and never again. */
export const webhookEndpoints = (sender: Sender<StripeEndpoint>): Resource => ({
  'POST /v1/webhook_endpoints': (scope, params) => {
    const endpoint = scope.put('webhook_endpoint', newEndpoint(scope, params));
    const secret = `whsec_${randomBytes(24).toString('base64url').replace(/[-_]/g, '0')}`;
    register(sender, scope, endpoint, { secret, connect: flag(params, 'connect') === true });
    return { ...endpoint, secret };
  },
  'GET /v1/webhook_endpoints': (scope, params) =>
    page(living(scope), params, '/v1/webhook_endpoints'),
  'GET /v1/webhook_endpoints/:id': (scope, _params, id) => scope.must('webhook_endpoint', id),
  'POST /v1/webhook_endpoints/:id': (scope, params, id) => {
    const old = scope.must('webhook_endpoint', id);
    const known = sender.endpoints().find((endpoint) => endpoint.id === id);
    if (!known) throw faults.missing('webhook_endpoint', id);
    const isDisabled = flag(params, 'disabled') ?? old.status === 'disabled';
    const next = scope.put('webhook_endpoint', {
      ...old,
      description: 'description' in params ? unsettable(params, 'description') : old.description,
      enabled_events: 'enabled_events' in params ? eventsOf(params) : old.enabled_events,
      metadata: metadata(params, old.metadata),
      status: isDisabled ? 'disabled' : 'enabled',
      url: link(params, 'url') ?? old.url,
    });
    register(sender, scope, next, known);
    return next;
  },
  'DELETE /v1/webhook_endpoints/:id': (scope, _params, id) => {
    scope.must('webhook_endpoint', id);
    sender.remove(id);
    return scope.put('webhook_endpoint', { id, object: 'webhook_endpoint', deleted: true });
  },
});

/** The most an account may have in a mode. */
const MOST = 16;

const living = (scope: Scope) =>
  scope.list('webhook_endpoint').filter((endpoint) => endpoint.deleted !== true);

function newEndpoint(scope: Scope, params: Params): Entity {
  const url = link(params, 'url');
  if (url === undefined) throw faults.required('url');
  if (living(scope).length >= MOST)
    throw faults.wrongState(`You have reached the maximum of ${MOST} test webhook endpoints.`);
  const isConnect = flag(params, 'connect') === true;
  return {
    id: newId('we'),
    object: 'webhook_endpoint',
    api_version: text(params, 'api_version') ?? API_VERSION,
    application: isConnect ? 'ca_sandbox' : null,
    created: scope.nowSeconds(),
    description: text(params, 'description') ?? null,
    enabled_events: eventsOf(params),
    livemode: scope.livemode,
    metadata: metadata(params),
    status: 'enabled',
    url,
  };
}

function eventsOf(params: Params): string[] {
  const types = strings(params, 'enabled_events');
  if (types.length === 0) throw faults.required('enabled_events');
  const wrong = types.findIndex(
    (type) => type !== '*' && !/^[a-z0-9_]+(\.[a-z0-9_]+)+$/.test(type),
  );
  if (wrong !== -1)
    throw faults.invalidParam(
      `enabled_events[${wrong}]`,
      `Invalid enabled_events[${wrong}]: ${types[wrong]} is no type of an event.`,
    );
  return types;
}

function register(
  sender: Sender<StripeEndpoint>,
  scope: Scope,
  endpoint: Entity,
  { secret, connect }: Pick<StripeEndpoint, 'secret' | 'connect'>,
): void {
  sender.register({
    id: endpoint.id,
    account: scope.account,
    url: String(endpoint.url),
    secret,
    connect,
    livemode: scope.livemode,
    isDisabled: endpoint.status === 'disabled',
    enabledEvents: endpoint.enabled_events as string[],
  });
}
