import { faults } from './errors.ts';
import { type Ctx, field } from './http.ts';
import { settingsOf } from './settings.ts';

/** What Cloudflare's test site keys give out; no other token passes here. */
const TURNSTILE_TEST_TOKEN = 'XXXX.DUMMY.TOKEN.XXXX';

/**
 * Bot protection of a sign-up. Native clients need no CAPTCHA unless the instance's sandbox
 * setting says so; one that is sent all the same is judged.
 */
export function checkCaptcha(c: Ctx): void {
  const { captchaSiteKey, captchaOnNative } = settingsOf(c.env.scope.instance);
  const token = field(c, 'captcha_token');
  if (!captchaSiteKey) {
    if (token) throw faults.captchaNotEnabled();
    return;
  }
  if (token) {
    if (token !== TURNSTILE_TEST_TOKEN) throw faults.captchaInvalid();
    return;
  }
  if (!captchaOnNative) return;
  throw field(c, 'captcha_error') ? faults.captchaClientError() : faults.captchaMissing();
}
