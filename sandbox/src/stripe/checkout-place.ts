import { faults } from './faults.ts';
import { link, type Params, text } from './form.ts';

/** Whether the page is Stripe's or within the seller's, and where it leads when it is paid. */
export function placeOf(params: Params) {
  const uiMode = text(params, 'ui_mode') ?? 'hosted_page';
  const [successUrl, returnUrl] = [link(params, 'success_url'), link(params, 'return_url')];
  const redirect = text(params, 'redirect_on_completion');
  if (uiMode === 'hosted_page') {
    if (successUrl === undefined) throw faults.required('success_url');
    if (returnUrl !== undefined) throw onlyFor('return_url', 'embedded_page');
    return { success_url: successUrl, ui_mode: uiMode };
  }
  if (uiMode !== 'embedded_page')
    throw faults.invalidParam('ui_mode', 'This sandbox has the hosted and the embedded page only.');
  if (successUrl !== undefined) throw onlyFor('success_url', 'hosted_page');
  if ('cancel_url' in params) throw onlyFor('cancel_url', 'hosted_page');
  if (redirect !== undefined && !['always', 'if_required', 'never'].includes(redirect))
    throw faults.invalidParam('redirect_on_completion', 'must be always, if_required or never');
  if (returnUrl === undefined && redirect !== 'never') throw faults.required('return_url');
  if (returnUrl !== undefined && redirect === 'never')
    throw faults.invalidParam(
      'return_url',
      'You cannot set `return_url` when `redirect_on_completion` is `never`.',
    );
  return {
    redirect_on_completion: redirect ?? 'always',
    ...(returnUrl === undefined ? {} : { return_url: returnUrl }),
    success_url: null,
    ui_mode: uiMode,
  };
}

const onlyFor = (param: string, uiMode: string) =>
  faults.invalidParam(param, `You can only set \`${param}\` when \`ui_mode\` is \`${uiMode}\`.`);
