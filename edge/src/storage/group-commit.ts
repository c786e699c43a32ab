/** What of an object's storage it takes to know that a commit is done. */
type Committing = Pick<DurableObjectStorage, 'sync' | 'transactionSync'>;

/** Runs the calls of a group; what it does after them is in their transaction. */
type Together = <T>(calls: () => T) => T;

interface Waiting {
  act: () => unknown;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

/**
 * Lets calls share commits. A commit is a write to several disks, far away, so it costs more than the
 * call: those that arrive together, or while a commit is under way, are run in one turn, and each is
 * answered after the commit that holds what all of them wrote.
 */
export class GroupCommit {
  readonly #storage: Committing;
  readonly #restart: (reason: string) => void;
  readonly #together: Together;
  #waiting: Waiting[] = [];
  #isUnderWay = false;

  /**
   * `restart` ends the object: after a commit that failed, its memory is ahead of the disk. `together`
   * runs the calls of a group, and can write once for all what each of them would have written.
   */
  constructor(
    storage: Committing,
    restart: (reason: string) => void,
    together: Together = (calls) => calls(),
  ) {
    this.#storage = storage;
    this.#restart = restart;
    this.#together = together;
  }

  /**
   * Runs `act` in the next group, in the order of the calls, and answers after the commit. What `act`
   * throws is thrown to its caller alone: it must have undone what it wrote. When the commit fails, all
   * of the group hear that, and nothing of it is stored.
   */
  run<T>(act: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ act, resolve: resolve as (value: unknown) => void, reject });
      if (this.#isUnderWay) return;
      this.#isUnderWay = true;
      // Not at once: what has arrived with this call is about to be delivered.
      setTimeout(() => void this.#flush(), 0);
    });
  }

  /** Does `say` when everything written so far is committed, and never if that fails. */
  afterCommit(say: () => void): void {
    this.#storage.sync().then(say, (error: unknown) => this.#fail(error));
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      let answers: (() => void)[] = [];
      try {
        // What one of them wrote must not be stored without what is written for all.
        answers = this.#storage.transactionSync(() => this.#together(() => group.map(answerOf)));
        await this.#storage.sync();
      } catch (error) {
        const reason = this.#fail(error);
        for (const { reject } of [...group, ...this.#waiting]) reject(reason);
        return;
      }
      for (const answer of answers) answer();
    }
    this.#isUnderWay = false;
  }

  /** Restarts the object. */
  #fail(error: unknown): Error {
    const reason = `${RESET}: a commit failed. ${String(error)}`;
    this.#restart(reason);
    return new Error(reason);
  }
}

/** Runs a call, and gives what tells its caller. */
function answerOf({ act, resolve, reject }: Waiting): () => void {
  try {
    const value = act();
    return () => resolve(value);
  } catch (error) {
    return () => reject(error);
  }
}

/** How the message of an error begins that says: the object restarts, and stored nothing of the call. */
const RESET = 'Durable Object was reset';
