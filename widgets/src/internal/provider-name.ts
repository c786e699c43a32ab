/** How the providers write their names; others get a capital letter. */
const NAMES: Readonly<Record<string, string>> = { github: 'GitHub', gitlab: 'GitLab', x: 'X' };

/** A provider's name as people know it, of its name in the API. */
export const providerName = (provider: string): string =>
  NAMES[provider] ?? provider.slice(0, 1).toUpperCase() + provider.slice(1);
