/** The example's order model as its file holds it: weights read back from the ONNX bytes, so that gradients are those of the file. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SmallNetwork } from '../../src/modules/adversarial-detection/testing/small-network.ts';

export type Order = { readonly id: string; readonly features: number[]; readonly decision: string };
export type OrderModel = { readonly network: SmallNetwork; readonly decisions: readonly string[] };

/** Fields of one protocol-buffer message: number and, for those with a length, their bytes. */
function fieldsOf(bytes: Buffer): { field: number; value: number; bytes: Buffer }[] {
  const fields = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const value = varint();
    const length = key % 8 === 2 ? value : 0;
    fields.push({ field: Math.floor(key / 8), value, bytes: bytes.subarray(at, at + length) });
    at += length;
  }
  return fields;
}
const parts = (bytes: Buffer, field: number): Buffer[] => fieldsOf(bytes).flatMap((one) => (one.field === field ? [one.bytes] : []));

/** ModelProto: 7 graph, 14 metadata (1 key, 2 value). GraphProto: 5 initializer. TensorProto: 1 dims, 8 name, 9 raw_data. */
export async function readOrderModel(project: string): Promise<OrderModel> {
  const file = await readFile(join(project, 'models/order-review.onnx'));
  const tensors = new Map(
    parts(parts(file, 7)[0] ?? Buffer.alloc(0), 5).map((tensor) => {
      const raw = parts(tensor, 9)[0] ?? Buffer.alloc(0);
      const values = Float64Array.from({ length: raw.length / 4 }, (_, i) => raw.readFloatLE(4 * i));
      const shape = fieldsOf(tensor).flatMap(({ field, value }) => (field === 1 ? [value] : []));
      return [String(parts(tensor, 8)[0]), { values, shape }] as const;
    }),
  );
  const tensor = (name: string) => tensors.get(name) ?? { values: new Float64Array(0), shape: [0, 0] };
  const [inputs = 0, hidden = 0] = tensor('hidden.weight').shape;
  const classes = tensor('output.weight').shape[1] ?? 0;
  // Gemm multiplies from the right; the network holds a row for each unit.
  const turned = ({ values, shape: [rows = 0, columns = 0] }: { values: Float64Array; shape: number[] }) =>
    Array.from({ length: rows * columns }, (_, at) => values[(at % rows) * columns + Math.floor(at / rows)] ?? 0);
  const parameters = Float64Array.from([
    ...turned(tensor('hidden.weight')),
    ...tensor('hidden.bias').values,
    ...turned(tensor('output.weight')),
    ...tensor('output.bias').values,
  ]);
  const decisions = String(parts(parts(file, 14)[0] ?? Buffer.alloc(0), 2)[0]).split(',');
  return { network: { inputs, hidden, classes, parameters }, decisions };
}

export async function readOrders(project: string, name: 'train' | 'validation'): Promise<Order[]> {
  const [, ...lines] = (await readFile(join(project, `data/orders/${name}.csv`), 'utf8')).trim().split('\n');
  return lines.map((line) => {
    const cells = line.split(',');
    return { id: `order-${cells[0]}`, features: cells.slice(1, -1).map(Number), decision: cells.at(-1) ?? '' };
  });
}
