import { DurableObject } from 'cloudflare:workers';
import { BillingRpc } from '../billing/billing.rpc.ts';
import { CatalogRpc } from '../catalog/catalog.rpc.ts';
import { CustomersRpc } from '../customers/customers.rpc.ts';
import type { Bindings } from '../env.ts';
import { armAlarm, OutboxRpc } from '../outbox/outbox.rpc.ts';
import { AccessRpc } from '../projects/access.rpc.ts';
import { RepliesRpc } from '../replies/replies.rpc.ts';
import { IdentityRpc } from '../sessions/identity.rpc.ts';
import { isInitialised, migrate } from '../storage/migrate.ts';
import { PROJECT_STEPS } from './project.schema.ts';

/** One environment of a project: the thin object that hands out one target per feature. */
export class ProjectObject extends DurableObject<Bindings> {
  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    // An object nobody created stays empty: looking at it must not write.
    if (!isInitialised(ctx.storage)) return;
    migrate(ctx.storage, PROJECT_STEPS);
    armAlarm(ctx.storage);
  }

  access(): AccessRpc {
    return new AccessRpc(this.ctx.storage);
  }

  catalog(): CatalogRpc {
    return new CatalogRpc(this.ctx.storage);
  }

  customers(): CustomersRpc {
    return new CustomersRpc(this.ctx.storage);
  }

  identity(): IdentityRpc {
    return new IdentityRpc(this.ctx.storage);
  }

  billing(): BillingRpc {
    return new BillingRpc(this.ctx.storage);
  }

  outbox(): OutboxRpc {
    return new OutboxRpc(this.ctx.storage);
  }

  replies(): RepliesRpc {
    return new RepliesRpc(this.ctx.storage);
  }

  /** Sets the alarm again if it is missing while there is work. */
  touch(): void {
    if (isInitialised(this.ctx.storage)) armAlarm(this.ctx.storage);
  }

  /** Hands due jobs to the Worker. Never throws: the next alarm is set before anything else. */
  override async alarm(): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + 60_000);
    const environment = this.access().environment();
    if (!environment.ok) {
      await this.ctx.storage.deleteAlarm();
      return;
    }
    try {
      await this.ctx.exports.Work.deliver(environment.value.projectId, environment.value.mode);
    } catch (error) {
      console.error(JSON.stringify({ event: 'outbox.deliver_failed', error: String(error) }));
    }
    armAlarm(this.ctx.storage);
  }
}
