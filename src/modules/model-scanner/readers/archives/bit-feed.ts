/** Bits of a byte feed, the highest first. */
import type { ByteFeed } from './pieces.ts';

export class BitFeed {
  readonly feed: ByteFeed;
  #hold = 0;
  #held = 0;
  constructor(feed: ByteFeed) {
    this.feed = feed;
  }
  /** @param count at most 24. */
  read(count: number): number {
    const value = this.peek(count);
    this.#held -= count;
    return value;
  }
  /** The next bits without taking them. @param count at most 24. */
  peek(count: number): number {
    while (this.#held < count) {
      this.#hold = (this.#hold << 8) | this.feed.byte();
      this.#held += 8;
    }
    return (this.#hold >>> (this.#held - count)) & ((1 << count) - 1);
  }
  /** Takes bits that were looked at. */
  skip(count: number): void {
    this.#held -= count;
  }
}
