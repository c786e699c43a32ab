import type { Connection, Mode, SecretKey, Tier } from '@dream/contract';
import { paths } from './paths.ts';

/** What an environment has so far. */
export interface Setup {
  project: string;
  mode: Mode;
  keys: readonly SecretKey[];
  origins: readonly string[];
  tiers: readonly Tier[];
  connection: Connection;
}

/** One thing on the way to a paid product. */
export interface Step {
  title: string;
  text: string;
  href: string;
  action: string;
  done: boolean;
}

/** What is done and what is left before an environment can sell, in the order one would do it. */
export function checklist({ project, mode, keys, origins, tiers, connection }: Setup): Step[] {
  const isPaid = tiers.some(({ prices, listed }) => listed && prices.length > 0);
  return [
    {
      title: 'Say what you offer',
      text: isPaid
        ? `${tiers.length} tiers, and at least one of them has a price.`
        : 'A free tier, and one with a price, are enough to begin with.',
      href: paths.tiers(project, mode),
      action: 'Tiers',
      done: isPaid,
    },
    {
      title: mode === 'live' ? 'Connect your Stripe account' : 'Be able to sell',
      text: sellingText(connection, mode),
      href: paths.stripe(project, mode),
      action: 'Stripe',
      done: connection.sells && (mode === 'test' || connection.via === 'own'),
    },
    {
      title: 'Make a secret key for your server',
      text: 'It counts usage and opens checkouts. It never belongs into a page.',
      href: paths.keys(project, mode),
      action: 'Keys',
      done: keys.some(isUsable),
    },
    {
      title: 'Allow your site',
      text:
        mode === 'test'
          ? 'In test mode the publishable key works on every site. Listing yours shows what live will need.'
          : 'In live mode the publishable key works on listed sites only.',
      href: paths.origins(project, mode),
      action: 'Origins',
      done: origins.length > 0,
    },
    {
      title: 'Put it into your page',
      text: 'One script tag, three elements, and a call from your server.',
      href: paths.integrate(project, mode),
      action: 'Integrate',
      done: false,
    },
  ];
}

const isUsable = ({ revokedAtMs, expiresAtMs }: SecretKey): boolean =>
  revokedAtMs === null && expiresAtMs === null;

function sellingText({ via, accountName, sells }: Connection, mode: Mode): string {
  if (via === 'own')
    return sells
      ? `Sales go to ${accountName ?? 'your account'}.`
      : 'Stripe still needs details of you.';
  return mode === 'test' && sells
    ? 'Test sales go through our own test account until you connect yours.'
    : 'Customers pay into your own account; we never hold their money.';
}
