import { createClerkClient } from '@clerk/backend';
import type { Mode } from '@dream/contract/primitives';
import { Fail } from '../../http/fail.ts';
import { inTime } from './in-time.ts';

/** Whose a secret key is, by Clerk's own answer. */
export interface InspectedApp {
  instanceId: string;
  frontendUrl: string;
  publishableKey: string;
}

/**
 * Asks Clerk for the application of a secret key. Nothing of it is taken from the developer: a page
 * would be signed in by whatever host they named. Throws `clerk_app_invalid` with the reason.
 */
export async function inspectApp(
  apiUrl: string,
  secretKey: string,
  mode: Mode,
): Promise<InspectedApp> {
  const wrongMode = `This is a key of a ${mode === 'test' ? 'live' : 'test'} application.`;
  if (!secretKey.startsWith(`sk_${mode}_`)) throw invalid(wrongMode);
  const clerk = createClerkClient({ secretKey, apiUrl, telemetry: { disabled: true } });
  try {
    const [instance, domains] = await inTime(
      Promise.all([clerk.instance.get(), clerk.domains.list()]),
    );
    if ((instance.environmentType === 'production') !== (mode === 'live')) throw invalid(wrongMode);
    const primary = domains.data.find(({ isSatellite }) => !isSatellite);
    const frontendUrl = usableUrl(primary?.frontendApiUrl, apiUrl);
    if (frontendUrl === null) throw invalid('Clerk names no Frontend API for this application.');
    return {
      instanceId: instance.id,
      frontendUrl,
      publishableKey: `pk_${mode}_${btoa(`${new URL(frontendUrl).host}$`)}`,
    };
  } catch (error) {
    const isRefused = error instanceof Fail && error.code === 'provider_refused';
    throw isRefused ? invalid('Clerk does not know this secret key.') : error;
  }
}

const invalid = (reason: string): Fail => new Fail('clerk_app_invalid', { reason });

/** A Frontend API is on https; on plain http only where Clerk itself is a stand-in that is. */
function usableUrl(text: string | undefined, apiUrl: string): string | null {
  if (text === undefined || !URL.canParse(text)) return null;
  const isStandIn = apiUrl.startsWith('http://') && new URL(text).host === new URL(apiUrl).host;
  return text.startsWith('https://') || isStandIn ? text.replace(/\/+$/, '') : null;
}
