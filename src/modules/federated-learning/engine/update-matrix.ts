/** The updates of a round as rows of one matrix of single precision numbers. */

export type Vector = Float32Array | Float64Array;
/** n × d, row by row. */
export type UpdateMatrix = { readonly values: Float32Array; readonly rows: number; readonly parameters: number };

export function rowOf({ values, parameters }: UpdateMatrix, row: number): Float32Array {
  return values.subarray(row * parameters, (row + 1) * parameters);
}

/** Moves the rows named (ascending) to the front of the same memory: rounds are too large to be copied. */
export function keepRows({ values, parameters }: UpdateMatrix, chosen: readonly number[]): UpdateMatrix {
  for (const [k, row] of chosen.entries()) if (k !== row) values.copyWithin(k * parameters, row * parameters, (row + 1) * parameters);
  return { values: values.subarray(0, chosen.length * parameters), rows: chosen.length, parameters };
}

/** Inner product in double precision. */
export function innerProduct(left: Vector, right: Vector): number {
  let sum = 0;
  for (let c = 0; c < left.length; c++) sum += (left[c] as number) * (right[c] as number);
  return sum;
}

export function lengthOf(vector: Vector): number {
  return Math.sqrt(innerProduct(vector, vector));
}
