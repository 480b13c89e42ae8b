/** Values of one statement, in the order of their places. */

export type BoundValue = string | number;
export type Binding = {
  readonly values: readonly BoundValue[];
  /** Keeps the value. @returns its 1-based place. */
  place(value: BoundValue): number;
  mark(): number;
  /** Forgets what was bound after the mark: the SQL written since must be thrown away too. */
  rewind(mark: number): void;
};

export function newBinding(): Binding {
  const values: BoundValue[] = [];
  return {
    values,
    place: (value) => values.push(value),
    mark: () => values.length,
    rewind: (mark) => {
      values.length = mark;
    },
  };
}
