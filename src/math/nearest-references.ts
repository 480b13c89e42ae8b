/** Exact nearest neighbours among a set of reference rows by plain comparison: for more dimensions than a tree can help with. */

export type ReferenceSearch = {
  /** Rows of `dimensions` numbers in one flat array. */
  readonly values: Float64Array;
  readonly dimensions: number;
  /** Rows that ask. */
  readonly queries: Int32Array;
  /** Rows that may be found; a row never finds itself. */
  readonly references: Int32Array;
  readonly k: number;
};
export type NearestReferences = {
  /** k row numbers for each query in order, nearest first; −1 where there are fewer references. */
  readonly rows: Int32Array;
  readonly distances: Float64Array;
};

const blockSize = 128;

/** Ties go to the reference named first. O(queries · references · dimensions) time; distances are Euclidean. */
export function nearestReferences({ values, dimensions, queries, references, k }: ReferenceSearch): NearestReferences {
  const rows = new Int32Array(queries.length * k).fill(-1);
  const squares = new Float64Array(queries.length * k).fill(Infinity);
  const block = new Float64Array(blockSize * dimensions);
  for (let from = 0; from < references.length; from += blockSize) {
    const size = Math.min(blockSize, references.length - from);
    for (let i = 0; i < size; i++) {
      const at = (references[from + i] as number) * dimensions;
      for (let d = 0; d < dimensions; d++) block[i * dimensions + d] = values[at + d] as number;
    }
    for (let q = 0; q < queries.length; q++) {
      const row = queries[q] as number;
      const at = row * dimensions;
      let bound = squares[q * k + k - 1] as number;
      for (let i = 0; i < size; i++) {
        const square = squareUpTo({ values, at, block, i, dimensions }, bound);
        if (square >= bound || references[from + i] === row) continue;
        insert({ rows, squares, first: q * k, k }, references[from + i] as number, square);
        bound = squares[q * k + k - 1] as number;
      }
    }
  }
  return { rows, distances: squares.map(Math.sqrt) };
}

type Compared = { values: Float64Array; at: number; block: Float64Array; i: number; dimensions: number };

/** Squared distance; stops every eight dimensions once it cannot be among the nearest. */
function squareUpTo({ values, at, block, i, dimensions }: Compared, bound: number): number {
  const other = i * dimensions;
  let sum = 0;
  let d = 0;
  for (; d + 7 < dimensions && sum < bound; d += 8) {
    let a = 0;
    let b = 0;
    for (let e = d; e < d + 8; e += 2) {
      const first = (values[at + e] as number) - (block[other + e] as number);
      const second = (values[at + e + 1] as number) - (block[other + e + 1] as number);
      a += first * first;
      b += second * second;
    }
    sum += a + b;
  }
  if (sum >= bound) return sum;
  for (; d < dimensions; d++) {
    const gap = (values[at + d] as number) - (block[other + d] as number);
    sum += gap * gap;
  }
  return sum;
}

type Best = { rows: Int32Array; squares: Float64Array; first: number; k: number };

function insert({ rows, squares, first, k }: Best, row: number, square: number): void {
  let place = first + k - 1;
  while (place > first && (squares[place - 1] as number) > square) {
    squares[place] = squares[place - 1] as number;
    rows[place] = rows[place - 1] as number;
    place--;
  }
  squares[place] = square;
  rows[place] = row;
}
