/** Names and what they stand for. Kept in Maps: the names are the attacker's. */

export class Scope<Value> {
  readonly names = new Map<string, Value>();
  readonly outer: Scope<Value> | null;
  readonly kind: 'module' | 'function' | 'class';
  /** Modules whose names were all imported with `*`, the last first. */
  readonly stars: string[] = [];
  /** Names that `global` or `nonlocal` takes from elsewhere. */
  readonly elsewhere = new Set<string>();
  readonly #journals: Map<string, Value | undefined>[] = [];

  constructor(kind: Scope<Value>['kind'], outer: Scope<Value> | null) {
    this.kind = kind;
    this.outer = outer;
  }
  module(): Scope<Value> {
    let scope: Scope<Value> = this;
    while (scope.outer) scope = scope.outer;
    return scope;
  }
  find(name: string): Value | undefined {
    for (let scope: Scope<Value> | null = this; scope; scope = scope.outer) {
      // Functions do not see the names of the class around them.
      if (scope !== this && scope.kind === 'class') continue;
      const value = scope.names.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }
  set(name: string, value: Value): void {
    if (!this.elsewhere.has(name)) {
      this.#own(name, value);
      return;
    }
    for (let scope = this.outer; scope; scope = scope.outer)
      if (scope.names.has(name) || scope.outer === null) {
        scope.#own(name, value);
        return;
      }
  }
  #own(name: string, value: Value): void {
    const journal = this.#journals.at(-1);
    if (journal && !journal.has(name)) journal.set(name, this.names.get(name));
    this.names.set(name, value);
  }
  /** Runs `work` and tells which names it changed, with what they stood for before. */
  watched<T>(work: () => T): { readonly result: T; readonly before: ReadonlyMap<string, Value | undefined> } {
    const journal = new Map<string, Value | undefined>();
    this.#journals.push(journal);
    try {
      return { result: work(), before: journal };
    } finally {
      this.#journals.pop();
      const outer = this.#journals.at(-1);
      if (outer) for (const [name, value] of journal) if (!outer.has(name)) outer.set(name, value);
    }
  }
  /** Modules imported with `*` here or outside. */
  *starred(): Generator<string> {
    for (let scope: Scope<Value> | null = this; scope; scope = scope.outer) yield* scope.stars;
  }
}
