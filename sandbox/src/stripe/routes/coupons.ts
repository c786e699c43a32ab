import { page } from '../answer.ts';
import { change } from '../change.ts';
import { createCoupon, createPromotionCode, currencyOptions } from '../coupons.ts';
import { flag, metadata, text, unsettable } from '../form.ts';
import type { Resource } from '../resource.ts';

/** `/v1/coupons` and `/v1/promotion_codes`. */
export const coupons: Resource = {
  'POST /v1/coupons': (scope, params) => createCoupon(scope, params),
  'GET /v1/coupons': (scope, params) =>
    page(
      scope.list('coupon').filter((coupon) => coupon.deleted !== true),
      params,
      '/v1/coupons',
    ),
  'GET /v1/coupons/:id': (scope, _params, id) => scope.must('coupon', id),
  'POST /v1/coupons/:id': (scope, params, id) => {
    const old = scope.must('coupon', id);
    return change(scope, 'coupon', 'coupon.updated', old, {
      currency_options:
        'currency_options' in params ? currencyOptions(params, old.currency_options) : undefined,
      metadata: metadata(params, old.metadata),
      name: unsettable(params, 'name'),
    });
  },
  'DELETE /v1/coupons/:id': (scope, _params, id) => {
    const coupon = scope.must('coupon', id);
    scope.emit('coupon.deleted', coupon);
    // Discounts it gave already go on.
    scope.put('coupon', { ...coupon, deleted: true, valid: false });
    return { id, object: 'coupon', deleted: true };
  },
  'POST /v1/promotion_codes': (scope, params) => createPromotionCode(scope, params),
  'GET /v1/promotion_codes': (scope, params) => {
    const [active, code] = [flag(params, 'active'), text(params, 'code')?.toLowerCase()];
    const [coupon, customer] = [text(params, 'coupon'), text(params, 'customer')];
    const found = scope
      .list('promotion_code')
      .filter((one) => active === undefined || one.active === active)
      .filter((one) => code === undefined || String(one.code).toLowerCase() === code)
      .filter((one) => coupon === undefined || couponOf(one.promotion) === coupon)
      .filter((one) => customer === undefined || one.customer === customer);
    return page(found, params, '/v1/promotion_codes');
  },
  'GET /v1/promotion_codes/:id': (scope, _params, id) => scope.must('promotion_code', id),
  'POST /v1/promotion_codes/:id': (scope, params, id) => {
    const old = scope.must('promotion_code', id);
    return change(scope, 'promotion_code', 'promotion_code.updated', old, {
      active: flag(params, 'active'),
      metadata: metadata(params, old.metadata),
    });
  },
};

const couponOf = (promotion: unknown): string => (promotion as { coupon: string }).coupon;
