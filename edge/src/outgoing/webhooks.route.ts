import {
  createWebhook,
  deleteWebhook,
  listDeliveries,
  listWebhooks,
  retryDelivery,
  rotateWebhook,
  testWebhook,
  updateWebhook,
} from '@dream/contract/webhooks';
import type { Hono } from 'hono';
import { sealSecret } from '../auth/tenant-secret.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { type AppEnv, serve } from '../http/call.ts';
import { Fail, unwrap } from '../http/fail.ts';
import { managedEnvironment } from '../projects/managed.ts';
import { deliverOne } from './deliver.job.ts';
import { secretField, signingSecret } from './signing-secret.ts';
import { whyNotReach } from './url-guard.ts';

/** Endpoints of developers, and the log of what was sent to them. */
export function webhookRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, listWebhooks, async (call) => {
    const { project } = await managedEnvironment(call);
    return { webhooks: await project.webhooks().list(call.nowMs) };
  });

  serve(app, deps, createWebhook, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    checkUrl(deps, call.body.url);
    const id = deps.newId('whk_');
    const { secret, sealedSecret } = await newSecret(deps, ref, id);
    const given = { id, ...call.body, sealedSecret };
    const webhook = unwrap(await project.webhooks().create(given, act));
    deps.environments.drop(ref);
    return { webhook, secret };
  });

  serve(app, deps, updateWebhook, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    if (call.body.url !== undefined) checkUrl(deps, call.body.url);
    const webhook = unwrap(await project.webhooks().update(call.param('webhook'), call.body, act));
    deps.environments.drop(ref);
    return { webhook };
  });

  serve(app, deps, deleteWebhook, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    unwrap(await project.webhooks().remove(call.param('webhook'), act));
    deps.environments.drop(ref);
    return { success: true as const };
  });

  serve(app, deps, rotateWebhook, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    const id = call.param('webhook');
    const { secret, sealedSecret } = await newSecret(deps, ref, id);
    const oldUntilMs = call.nowMs + call.body.overlapHours * 3_600_000;
    const webhook = unwrap(await project.webhooks().rotate(id, sealedSecret, oldUntilMs, act));
    return { webhook, secret };
  });

  serve(app, deps, testWebhook, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    const id = unwrap(await project.webhooks().test(call.param('webhook'), act));
    await deliverOne(deps, ref, id);
    return { delivery: unwrap(await project.webhooks().delivery(id)) };
  });

  serve(app, deps, listDeliveries, async (call) => {
    const { project } = await managedEnvironment(call);
    const { limit, cursor = null, status = null } = call.query;
    const query = { limit, cursor, status };
    return unwrap(await project.webhooks().deliveries(call.param('webhook'), query));
  });

  serve(app, deps, retryDelivery, async (call) => {
    const { ref, project, act } = await managedEnvironment(call);
    const [webhook, delivery] = [call.param('webhook'), call.param('delivery')];
    const id = unwrap(await project.webhooks().retry(webhook, delivery, act));
    await deliverOne(deps, ref, id);
    return { delivery: unwrap(await project.webhooks().delivery(id)) };
  });
}

function checkUrl(deps: Deps, url: string): void {
  const reason = whyNotReach(url, deps.config);
  if (reason !== null) throw new Fail('webhook_url_not_allowed', { reason });
}

async function newSecret(deps: Deps, ref: EnvironmentRef, id: string) {
  const secret = signingSecret(deps.random(32));
  const sealedSecret = await sealSecret(deps.config, ref, secretField(id), secret, deps.random(12));
  return { secret, sealedSecret };
}
