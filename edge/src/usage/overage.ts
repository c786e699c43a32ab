import type { EnvironmentRef } from '../deps.ts';

/** The name a meter of ours at Stripe hears: one for each environment and feature. */
export const meterEventName = ({ projectId, mode }: EnvironmentRef, feature: string): string =>
  `dream_${projectId}_${mode}_${feature}`;
