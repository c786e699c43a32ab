/** A signing secret as Standard Webhooks writes it. */
export const signingSecret = (bytes: Uint8Array): string =>
  `whsec_${btoa(String.fromCharCode(...bytes))}`;

/** The field a webhook's secret is sealed for: it opens for no other webhook. */
export const secretField = (webhookId: string): string => `webhook.secret ${webhookId}`;
