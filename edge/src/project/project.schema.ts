import {
  BILLING_SCHEMA,
  CHANGES_SCHEMA,
  CONNECTING_SCHEMA,
  ERASURE_SCHEMA,
  FORMER_ACCOUNT_SCHEMA,
  INBOX_SCHEMA,
  ONBOARDING_SCHEMA,
  ONE_STRIPE_CUSTOMER_SCHEMA,
  PAYMENT_SCHEMA,
  STRIPE_CUSTOMER_SCHEMA,
  TERMS_SCHEMA,
  UPGRADE_SCHEMA,
} from '../billing/billing.schema.ts';
import { TURNSTILE_SCHEMA } from '../bots/turnstile.schema.ts';
import {
  CATALOG_SCHEMA,
  OVERAGE_SCHEMA,
  RETIRED_SCHEMA,
  TAX_BEHAVIOR_SCHEMA,
} from '../catalog/catalog.schema.ts';
import { IMAGE_SCHEMA } from '../content/image.schema.ts';
import {
  ACCOUNT_SCHEMA,
  CUSTOMERS_SCHEMA,
  KEPT_BAN_SCHEMA,
} from '../customers/customers.schema.ts';
import { GRANTED_SCHEMA, METRICS_SCHEMA, TOP_SCHEMA } from '../metrics/metrics.schema.ts';
import { OAUTH_AGE_INDEX, OAUTH_SCHEMA } from '../oauth/oauth.schema.ts';
import {
  ORDER_CREDITS_SCHEMA,
  ORDERS_SCHEMA,
  REFUND_LINES_SCHEMA,
  UNSEEN_SCHEMA,
} from '../orders/orders.schema.ts';
import {
  ANNOUNCED_PLAN_SCHEMA,
  DEFAULT_CHANGE_SCHEMA,
  OUTGOING_SCHEMA,
} from '../outgoing/outgoing.schema.ts';
import { ERASURES_OF_BEFORE, OUTBOX_DONE_INDEX, OUTBOX_SCHEMA } from '../outbox/outbox.schema.ts';
import { CLERK_APP_SCHEMA } from '../projects/clerk-app.schema.ts';
import { ACTIVE_SCHEMA, PLATFORM_SCHEMA } from '../platform/platform.schema.ts';
import {
  ACCESS_SCHEMA,
  AUDIT_DETAILS_SCHEMA,
  KEY_USE_SCHEMA,
  AUDIT_SUBJECT_INDEX,
  ENFORCEMENT_SCHEMA,
  LOOK_SCHEMA,
} from '../projects/access.schema.ts';
import { SUSPENSION_SCHEMA } from '../projects/suspension.schema.ts';
import { REPLIES_SCHEMA } from '../replies/replies.schema.ts';
import { CLERK_USERS_SCHEMA } from '../sessions/clerk-users.schema.ts';
import {
  FORMER_IDENTITY_SCHEMA,
  IDENTITY_INDEX,
  IDENTITY_SCHEMA,
  PROOF_AGE_INDEX,
  SIGN_UPS_SCHEMA,
} from '../sessions/identity.schema.ts';
import { PRODUCT_SCHEMA, VARIANT_CREDITS_SCHEMA } from '../store/product.schema.ts';
import { TEST_CLOCK_SCHEMA } from '../test-clock/clock.schema.ts';
import { USAGE_HISTORY_SCHEMA } from '../usage/history.schema.ts';

/** The tables of one environment. Append a step to change them; never edit one that was released. */
export const PROJECT_STEPS: readonly string[] = [
  [
    ACCESS_SCHEMA,
    CATALOG_SCHEMA,
    CUSTOMERS_SCHEMA,
    IDENTITY_SCHEMA,
    BILLING_SCHEMA,
    OUTBOX_SCHEMA,
    REPLIES_SCHEMA,
  ].join('\n'),
  OUTBOX_DONE_INDEX,
  ERASURE_SCHEMA,
  RETIRED_SCHEMA,
  OAUTH_SCHEMA,
  `${ACCOUNT_SCHEMA}\n${IDENTITY_INDEX}`,
  [CLERK_APP_SCHEMA, CLERK_USERS_SCHEMA].join('\n'),
  SIGN_UPS_SCHEMA,
  TURNSTILE_SCHEMA,
  ERASURES_OF_BEFORE,
  FORMER_IDENTITY_SCHEMA,
  KEPT_BAN_SCHEMA,
  `${PROOF_AGE_INDEX}\n${OAUTH_AGE_INDEX}`,
  CHANGES_SCHEMA,
  PAYMENT_SCHEMA,
  CONNECTING_SCHEMA,
  FORMER_ACCOUNT_SCHEMA,
  ONBOARDING_SCHEMA,
  `${OUTGOING_SCHEMA}\n${ANNOUNCED_PLAN_SCHEMA}`,
  `${TERMS_SCHEMA}\n${OVERAGE_SCHEMA}`,
  STRIPE_CUSTOMER_SCHEMA,
  TEST_CLOCK_SCHEMA,
  IMAGE_SCHEMA,
  PRODUCT_SCHEMA,
  UPGRADE_SCHEMA,
  ONE_STRIPE_CUSTOMER_SCHEMA,
  TAX_BEHAVIOR_SCHEMA,
  INBOX_SCHEMA,
  ORDERS_SCHEMA,
  DEFAULT_CHANGE_SCHEMA,
  USAGE_HISTORY_SCHEMA,
  AUDIT_SUBJECT_INDEX,
  UNSEEN_SCHEMA,
  METRICS_SCHEMA,
  ENFORCEMENT_SCHEMA,
  PLATFORM_SCHEMA,
  ACTIVE_SCHEMA,
  SUSPENSION_SCHEMA,
  `${VARIANT_CREDITS_SCHEMA}\n${ORDER_CREDITS_SCHEMA}`,
  `${LOOK_SCHEMA}\n${AUDIT_DETAILS_SCHEMA}`,
  GRANTED_SCHEMA,
  REFUND_LINES_SCHEMA,
  TOP_SCHEMA,
  KEY_USE_SCHEMA,
];
