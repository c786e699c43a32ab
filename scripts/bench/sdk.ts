/** What is used of the sdk. It is imported by its address, for it is checked by settings of its own. */
export interface Sdk {
  Dream: new (options: {
    secretKey: string;
    baseUrl?: string;
    maxRetries?: number;
    fetch?: typeof fetch;
  }) => {
    usage: {
      track(input: { customer: string }): Promise<{ allowed: boolean }>;
      lease(input: { customer: string; size: number }): Promise<{
        take(): boolean;
        admit(): Promise<{ allowed: boolean }>;
        close(): Promise<unknown>;
      }>;
      leases(input: { size: number }): {
        take(customer: string): boolean;
        admit(customer: string): Promise<{ allowed: boolean }>;
      };
    };
    close(): Promise<unknown>;
  };
}

/** The sdk as it stands, without a build. */
export const loadSdk = async (): Promise<Sdk> =>
  (await import(new URL('../../sdk/src/index.ts', import.meta.url).href)) as Sdk;
