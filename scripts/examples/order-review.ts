/**
 * The example's one trained model: which orders are sent, looked at by a person, or refused. Sixteen made-up measures in [0, 1], three
 * decisions, a hidden layer of rectified units trained here with a fixed seed. Learnable and no more: each decision is a cloud around a
 * middle of its own, and the clouds overlap a little.
 */
import { randomSource } from '../../src/math/random.ts';
import { type SmallNetwork, trainNetwork } from '../../src/modules/adversarial-detection/testing/small-network.ts';
import { onnxBytes } from './onnx-bytes.ts';

export const orderDecisions = ['send', 'review', 'refuse'] as const;
export const orderColumns = [
  'order_value',
  'items',
  'account_age',
  'earlier_orders',
  'returned_share',
  'complaints',
  'hour_of_day',
  'distance_of_addresses',
  'express',
  'gift',
  'voucher_share',
  'card_changes',
  'device_changes',
  'name_match',
  'telephone_match',
  'age_of_mail_address',
] as const;

const hidden = 16;
const trainingRows = 500;
const validationRows = 400;
/** Half the distance of two middles is 2.5 of these on average: about one row in a hundred lies on the wrong side. */
const spread = 0.16;

type Order = { readonly features: readonly number[]; readonly decision: number };

function* orders(): Generator<Order> {
  const random = randomSource(16);
  const middles = orderDecisions.map(() => orderColumns.map(() => 0.25 + 0.5 * random.next()));
  for (;;) {
    const decision = random.below(orderDecisions.length);
    const features = (middles[decision] ?? []).map((middle) => Math.min(1, Math.max(0, middle + spread * random.normal())));
    yield { decision, features: features.map((value) => Math.round(value * 1000) / 1000) };
  }
}

function csv(rows: readonly Order[], firstId: number): string {
  const lines = rows.map(({ features, decision }, at) => [firstId + at, ...features, orderDecisions[decision]].join(','));
  return `order_id,${orderColumns.join(',')},decision\n${lines.join('\n')}\n`;
}

function trained(rows: readonly Order[]): SmallNetwork {
  const values = Float64Array.from(rows.flatMap(({ features }) => [...features]));
  const labels = Int32Array.from(rows, ({ decision }) => decision);
  return trainNetwork({ values, dimensions: orderColumns.length, labels, classes: orderDecisions.length }, Int32Array.from(rows.keys()), {
    hidden,
    epochs: 40,
    seed: 16,
  });
}

/** order → Gemm → Relu → Gemm → Softmax; Gemm multiplies from the right, so each matrix is input × output. */
function graphOf({ inputs, classes, parameters }: SmallNetwork): Uint8Array {
  const outAt = hidden * inputs + hidden;
  const turned = (from: number, rows: number, columns: number) =>
    Float32Array.from({ length: rows * columns }, (_, at) => parameters[from + (at % columns) * rows + Math.floor(at / columns)] ?? 0);
  const part = (from: number, length: number) => Float32Array.from(parameters.subarray(from, from + length));
  return onnxBytes({
    name: 'order-review',
    producer: 'shop-assistant',
    nodes: [
      { operator: 'Gemm', inputs: ['order', 'hidden.weight', 'hidden.bias'], output: 'hidden' },
      { operator: 'Relu', inputs: ['hidden'], output: 'activation' },
      { operator: 'Gemm', inputs: ['activation', 'output.weight', 'output.bias'], output: 'logits' },
      { operator: 'Softmax', inputs: ['logits'], output: 'probabilities' },
    ],
    weights: [
      { name: 'hidden.weight', shape: [inputs, hidden], values: turned(0, inputs, hidden) },
      { name: 'hidden.bias', shape: [hidden], values: part(hidden * inputs, hidden) },
      { name: 'output.weight', shape: [hidden, classes], values: turned(outAt, hidden, classes) },
      { name: 'output.bias', shape: [classes], values: part(outAt + classes * hidden, classes) },
    ],
    input: { name: 'order', shape: ['batch', inputs] },
    output: { name: 'probabilities', shape: ['batch', classes] },
    metadata: { decisions: orderDecisions.join(',') },
  });
}

let made: { readonly model: Uint8Array; readonly training: string; readonly validation: string } | undefined;

/** Made once a process: training takes longer than everything else the examples hold. */
export function orderReview(): { readonly model: Uint8Array; readonly training: string; readonly validation: string } {
  if (made !== undefined) return made;
  const source = orders();
  const take = (count: number): Order[] => Array.from({ length: count }, () => source.next().value);
  const training = take(trainingRows);
  const validation = take(validationRows);
  made = { model: graphOf(trained(training)), training: csv(training, 1), validation: csv(validation, trainingRows + 1) };
  return made;
}
