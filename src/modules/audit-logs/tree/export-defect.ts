/** What a check of an export can find wrong. */

export type LineDefect = {
  /** From 1, of the file of entries; 0 is the file of checkpoints. */
  readonly line: number;
  /** Place in the log; null where no entry stands. */
  readonly index: number | null;
  readonly kind: 'content' | 'form' | 'chain' | 'gap' | 'time' | 'tail' | 'root' | 'signature' | 'fork' | 'tile';
  readonly sentence: string;
};
const mostDefects = 100;

/** Counts all, keeps the first hundred. */
export class Defects {
  readonly list: LineDefect[] = [];
  count = 0;
  add(defect: LineDefect): void {
    this.count += 1;
    if (this.list.length < mostDefects) this.list.push(defect);
  }

  /** Further ones of a kind whose first were added one by one. */
  addUnnamed(count: number): void {
    this.count += count;
  }
}
