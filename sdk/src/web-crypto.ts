let known: Crypto | undefined = typeof crypto === 'undefined' ? undefined : crypto;

/** WebCrypto. Node 18 has it, but only as a module. */
export async function webCrypto(): Promise<Crypto> {
  // The name stands in a variable so that bundlers for other platforms do not look for the module.
  const name = 'node:crypto';
  known ??= ((await import(/* @vite-ignore */ name)) as { webcrypto: Crypto }).webcrypto;
  return known;
}
