import { openSecret } from '../auth/tenant-secret.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { goneCode } from '../http/fail.ts';
import { log } from '../http/log.ts';
import type { ClaimedDelivery, Lane } from './deliveries.rpc.ts';
import { type Said, send } from './send.client.ts';
import { secretField } from './signing-secret.ts';
import { whyNotReach } from './url-guard.ts';

/**
 * Sends what is due in an environment, to all endpoints at once. Each result is recorded by itself;
 * what is lost with this process is claimed again. Never throws.
 */
export async function deliverWebhooks(deps: Deps, ref: EnvironmentRef): Promise<void> {
  try {
    const lanes: Lane[] = await deps.project(ref).deliveries().claim(deps.nowMs());
    await Promise.all(lanes.map((lane) => deliverLane(deps, ref, lane)));
  } catch (error) {
    if (goneCode(error) === null)
      log('error', { event: 'webhooks.not_delivered', ...ref, error: String(error) });
  }
}

/** Sends one delivery now, and returns when its result is recorded. */
export async function deliverOne(deps: Deps, ref: EnvironmentRef, id: string): Promise<void> {
  const lane: Lane | null = await deps.project(ref).deliveries().claimOne(id, deps.nowMs());
  if (lane) await deliverLane(deps, ref, lane);
}

async function deliverLane(deps: Deps, ref: EnvironmentRef, lane: Lane): Promise<void> {
  await Promise.all(
    lane.deliveries.map(async (delivery) => {
      const said = await attempt(deps, ref, lane, delivery);
      const { id, fence } = delivery;
      const chance = (deps.random(1)[0] ?? 0) / 255;
      await deps
        .project(ref)
        .deliveries()
        .record({ id, fence, ...said }, chance, deps.nowMs());
    }),
  );
  if (lane.busyUntilMs > 0) await deps.project(ref).deliveries().release(lane);
}

/** What cannot even be sent is a failed try like any other, and holds nothing else up. */
async function attempt(
  deps: Deps,
  ref: EnvironmentRef,
  { webhookId, url, secrets: sealed }: Lane,
  { eventId, body }: ClaimedDelivery,
): Promise<Said> {
  const nothing = { responseStatus: null, responseBody: null };
  const reason = whyNotReach(url, deps.config);
  if (reason !== null) return { ...nothing, error: `The URL is not allowed. ${reason}` };
  try {
    const secrets = await Promise.all(
      sealed.map((secret) => openSecret(deps.config, ref, secretField(webhookId), secret)),
    );
    return await send(url, { id: eventId, body }, secrets, deps.nowMs());
  } catch (error) {
    log('error', { event: 'webhook.not_sent', ...ref, error: String(error) });
    return { ...nothing, error: 'Could not be signed.' };
  }
}
