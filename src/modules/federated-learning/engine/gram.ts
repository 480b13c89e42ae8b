/** Inner products of all pairs of updates: norms, distances and cosines all come from them. */
import { type RowProducts, rowProducts, tileRows } from '../../../math/row-products.ts';
import type { UpdateMatrix } from './update-matrix.ts';

/** Columns that stay in the cache while all pairs of rows pass over them; even. */
const blockLength = 1024;

/** n × n inner products of the rows, summed in double precision. O(n²·d / 2) time. */
export function gramOf({ values, rows: n, parameters: d }: UpdateMatrix): Float64Array {
  const room = Math.ceil(n / tileRows) * tileRows;
  const products = rowProducts(room, blockLength);
  const gram = new Float64Array(room * room);
  for (let start = 0; start < d; start += blockLength) {
    const width = Math.min(blockLength, d - start);
    if (width < blockLength) products.values.fill(0);
    for (let i = 0; i < n; i++) products.values.set(values.subarray(i * d + start, i * d + start + width), i * blockLength);
    for (let i = 0; i < room; i += tileRows) for (let j = 0; j <= i; j += tileRows) addTile(gram, room, { products, i, j });
  }
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return gram[Math.max(i, j) * room + Math.min(i, j)] as number;
  });
}

function addTile(gram: Float64Array, room: number, { products, i, j }: { products: RowProducts; i: number; j: number }): void {
  products.multiply(i, j);
  const { sums } = products;
  for (let k = 0; k < 9; k++) {
    const at = (i + Math.floor(k / 3)) * room + j + (k % 3);
    gram[at] = (gram[at] as number) + (sums[2 * k] as number) + (sums[2 * k + 1] as number);
  }
}

/** n × n squared L2 distances; never below 0. */
export function squaredDistances(gram: Float64Array, n: number): Float64Array {
  const distances = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      if (i !== j) {
        const square = (gram[i * n + i] as number) + (gram[j * n + j] as number) - 2 * (gram[i * n + j] as number);
        distances[i * n + j] = Math.max(0, square);
      }
  return distances;
}

/** n × n cosines; 0 where a row is all zeros. */
export function cosinesOf(gram: Float64Array, n: number): Float64Array {
  const cosines = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const lengths = Math.sqrt((gram[i * n + i] as number) * (gram[j * n + j] as number));
      cosines[i * n + j] = lengths > 0 ? Math.max(-1, Math.min(1, (gram[i * n + j] as number) / lengths)) : 0;
    }
  return cosines;
}

/** The part of a Gram matrix that belongs to the rows named. */
export function gramOfRows(gram: Float64Array, n: number, chosen: readonly number[]): Float64Array {
  const m = chosen.length;
  const part = new Float64Array(m * m);
  for (let a = 0; a < m; a++)
    for (let b = 0; b < m; b++) part[a * m + b] = gram[(chosen[a] as number) * n + (chosen[b] as number)] as number;
  return part;
}
