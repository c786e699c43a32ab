import type { Instance } from './entities.ts';
import type { InstanceData } from './store.ts';

/** Kinds of events the stand-in tells webhook endpoints about. */
export type EventType =
  | 'user.created'
  | 'user.updated'
  | 'user.deleted'
  | 'session.created'
  | 'session.ended'
  | 'session.removed'
  | 'session.revoked';

/** Who made a request: goes into events as `event_attributes.http_request`. */
export interface Visitor {
  address: string;
  userAgent: string;
}

/** One request's view of one instance: its data, its time, and the way to tell what happened. */
export interface Scope extends InstanceData {
  instance: Instance;
  visitor: Visitor;
  nowMs(): number;
  /** The Frontend API URL of the instance, `iss` in its session tokens. */
  frontendUrl: string;
  /** Queues an event for the instance's webhook endpoints. */
  emit(type: EventType, data: object): void;
}
