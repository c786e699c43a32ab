import { clerkWebhook } from '@dream/contract/billing';
import { projectClerkWebhook } from '@dream/contract/clerk-app';
import { MODES, type Mode } from '@dream/contract/primitives';
import type { Hono } from 'hono';
import { isOurProjectId, PLATFORM_PROJECT } from '../auth/keys.ts';
import { openSecret } from '../auth/tenant-secret.ts';
import type { Deps, EnvironmentRef } from '../deps.ts';
import { MAX_BODY_BYTES, readText } from '../http/body.ts';
import { type AppEnv, type Call, serve } from '../http/call.ts';
import { Fail } from '../http/fail.ts';
import { deliverJobs } from '../outbox/deliver.job.ts';
import { type ClerkEvent, verifyClerkEvent } from '../providers/clerk/events.ts';

const RECEIVED = { received: true as const };

/**
 * Clerk's events. What happens in an application that only one project uses happens to its
 * customers; what happens in a shared one to nobody's.
 */
export function clerkWebhookRoutes(app: Hono<AppEnv>, deps: Deps): void {
  serve(app, deps, clerkWebhook, async (call) => {
    const verified = await verifierOf(call);
    const { platform, test, live } = deps.config.clerk;
    const event = await verified(platform.webhookSecret);
    if (event) {
      for (const mode of MODES)
        await takeIn(call, { projectId: PLATFORM_PROJECT, mode }, event, null);
      return RECEIVED;
    }
    for (const { webhookSecret } of [test, live])
      if (await verified(webhookSecret)) return RECEIVED;
    throw new Fail('signature_invalid');
  });

  serve(app, deps, projectClerkWebhook, async (call) => {
    const projectId = call.param('project');
    if (!(await isOurProjectId(projectId, deps.tagKey))) throw new Fail('project_not_found');
    const verified = await verifierOf(call);
    for (const mode of modesOf(call.param('mode'))) {
      const ref = { projectId, mode };
      const { clerkApp } = await deps.environments.get(ref, call.nowMs);
      if (!clerkApp?.webhookSecret) continue;
      const { sealed } = clerkApp.webhookSecret;
      const event = await verified(
        await openSecret(deps.config, ref, 'clerk.webhook_secret', sealed),
      );
      if (!event) continue;
      await takeIn(call, ref, event, clerkApp.instanceId);
      return RECEIVED;
    }
    throw new Fail('signature_invalid');
  });
}

/** Reads the body once, to be tried with one secret after the other. */
async function verifierOf({ c }: Call): Promise<(secret: string) => Promise<ClerkEvent | null>> {
  const text = await readText(c.req.raw, MAX_BODY_BYTES);
  return (secret) => verifyClerkEvent(c.req.raw.headers, text, secret);
}

function modesOf(text: string): readonly Mode[] {
  const known = MODES.filter((mode) => text === '' || text === mode);
  if (known.length === 0)
    throw new Fail('invalid_request', {
      issues: [{ path: 'mode', message: 'Must be "test" or "live".' }],
    });
  return known;
}

/** Notes what an event is about; what fails of it is tried again by the environment's alarm. */
async function takeIn(
  { c, deps, nowMs }: Call,
  ref: EnvironmentRef,
  event: ClerkEvent,
  ownInstanceId: string | null,
): Promise<void> {
  const users = deps.project(ref).clerkUsers();
  const jobIds = await users.receive(event, ownInstanceId, deps.newId('job_'), nowMs);
  c.executionCtx.waitUntil(deliverJobs(deps, ref, jobIds));
}
