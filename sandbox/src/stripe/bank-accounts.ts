/** The debits of bank accounts that this sandbox knows, by the currency of each. */
export const DEBIT_TYPES: Readonly<Record<string, DebitType>> = {
  usd: 'us_bank_account',
  eur: 'sepa_debit',
  gbp: 'bacs_debit',
};
export type DebitType = 'us_bank_account' | 'sepa_debit' | 'bacs_debit';

/** How a debit ends. */
export type DebitEnd = 'succeeds' | 'fails';

/** One of Stripe's test accounts. */
export interface BankAccount {
  type: DebitType;
  ends: DebitEnd;
}

const NAMES: Readonly<Record<string, BankAccount>> = {
  pm_usBankAccount_success: { type: 'us_bank_account', ends: 'succeeds' },
  pm_usBankAccount_insufficientFunds: { type: 'us_bank_account', ends: 'fails' },
  pm_usBankAccount_accountClosed: { type: 'us_bank_account', ends: 'fails' },
  pm_success_de: { type: 'sepa_debit', ends: 'succeeds' },
  pm_successDelayed_de: { type: 'sepa_debit', ends: 'succeeds' },
  pm_failed_de: { type: 'sepa_debit', ends: 'fails' },
  pm_failedDelayed_de: { type: 'sepa_debit', ends: 'fails' },
  pm_bacsDebit_success: { type: 'bacs_debit', ends: 'succeeds' },
  pm_bacsDebit_insufficientFunds: { type: 'bacs_debit', ends: 'fails' },
};

/** Accounts that Stripe's tests know by their IBAN; any other pays. */
const IBANS: Readonly<Record<string, DebitEnd>> = {
  DE62370400440532013001: 'fails',
  AT861904300235473202: 'fails',
  IT60X0542811101000000123456: 'fails',
};

/** The SEPA account of an IBAN. */
export const accountOfIban = (iban: string): BankAccount => ({
  type: 'sepa_debit',
  ends: IBANS[iban.replace(/\s/g, '')] ?? 'succeeds',
});

/** The test account behind a name as `pm_success_de`; undefined for a name that is none. */
export const accountOfName = (name: string): BankAccount | undefined => NAMES[name];

/** What of an account is shown, by its type. */
export const ACCOUNT_ON_SHOW = {
  us_bank_account: {
    account_holder_type: 'individual',
    account_type: 'checking',
    bank_name: 'STRIPE TEST BANK',
    financial_connections_account: null,
    fingerprint: 'sandboxusbank',
    last4: '6789',
    networks: { preferred: 'ach', supported: ['ach'] },
    routing_number: '110000000',
    status_details: {},
  },
  sepa_debit: {
    bank_code: '37040044',
    branch_code: '',
    country: 'DE',
    fingerprint: 'sandboxsepa',
    generated_from: { charge: null, setup_attempt: null },
    last4: '3000',
  },
  bacs_debit: { fingerprint: 'sandboxbacs', last4: '2345', sort_code: '108800' },
} as const;
