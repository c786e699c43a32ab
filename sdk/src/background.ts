interface DenoLike {
  unrefTimer?: (id: number) => void;
}

/** Runs something later without keeping the process alive for it. Gives what stops it. */
export function later(run: () => void, ms: number): () => void {
  const timer: unknown = setTimeout(run, ms);
  const { Deno } = globalThis as { Deno?: DenoLike };
  if (typeof timer === 'object' && timer !== null && 'unref' in timer)
    (timer as { unref: () => void }).unref();
  else if (typeof timer === 'number') Deno?.unrefTimer?.(timer);
  return () => clearTimeout(timer as number);
}

/** Does something with each, some at a time. Never rejects: gives what went wrong. */
export async function inTurns<T>(
  items: readonly T[],
  atOnce: number,
  run: (item: T) => Promise<unknown>,
): Promise<unknown[]> {
  const failures: unknown[] = [];
  const left = [...items];
  const one = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop())
      await run(item).catch((error: unknown) => failures.push(error));
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return failures;
}
