import { Stripe } from 'stripe';
import { TIMEOUT_MS } from './errors.ts';

/** The real `stripe` package over fetch, for one secret key at one base URL. */
export function stripeSdk(secretKey: string, baseUrl: string): Stripe {
  const url = new URL(baseUrl);
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  return new Stripe(secretKey, {
    host: url.hostname,
    // Without a port of its own the package would take 443, whatever the protocol.
    port: url.port || (protocol === 'http' ? 80 : 443),
    protocol,
    httpClient: Stripe.createFetchHttpClient(),
    timeout: TIMEOUT_MS,
    maxNetworkRetries: 1,
    telemetry: false,
  });
}
