/** A loop that works, rests, and can be woken or stopped; a failure backs off and is logged, never thrown. */
import { log } from './log.ts';

const longestRestMs = 30_000;

export class Loop {
  readonly #name: string;
  readonly #idleMs: number;
  /** Answers true when there is more to do at once. */
  readonly #work: () => Promise<boolean>;
  #stopped = false;
  #woken = false;
  #failures = 0;
  #rest: (() => void) | undefined;
  readonly #ended: Promise<void>;

  constructor(name: string, idleMs: number, work: () => Promise<boolean>) {
    this.#name = name;
    this.#idleMs = idleMs;
    this.#work = work;
    this.#ended = this.#run();
  }

  wake(): void {
    this.#woken = true;
    this.#rest?.();
  }

  /** Lets the running round end, then stops. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#rest?.();
    await this.#ended;
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (!this.#stopped) {
      this.#woken = false;
      const more = await this.#round();
      if (!more && !this.#woken && !this.#stopped) await this.#pause();
    }
  }

  async #round(): Promise<boolean> {
    try {
      const more = await this.#work();
      this.#failures = 0;
      return more;
    } catch (error) {
      this.#failures += 1;
      this.#woken = false;
      log('error').error(
        { error, code: 'loop.failed', loop: this.#name, failures: this.#failures },
        'A background loop failed and will try again',
      );
      return false;
    }
  }

  async #pause(): Promise<void> {
    const backoff = this.#failures === 0 ? 1 : 2 ** Math.min(this.#failures, 6);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(this.#idleMs * backoff, longestRestMs));
      this.#rest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#rest = undefined;
  }
}
