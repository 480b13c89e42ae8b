/** What the attackers of that day send, computed from the model's own gradients. */

import { randomSource } from '../../src/math/random.ts';
import { deepFool, fastGradientSign, projectedGradient } from '../../src/modules/adversarial-detection/testing/attacks.ts';
import { forward, predictionOf } from '../../src/modules/adversarial-detection/testing/small-network.ts';
import { writeSafetensors } from '../../src/modules/federated-learning/reading/safetensors.ts';
import type { Order, OrderModel } from './order-model.ts';

export type Crafted = { readonly id: string; readonly attack: string; readonly from: Order; readonly features: number[] };
const attacks = [
  ['fgsm', fastGradientSign(0.15)],
  ['pgd', projectedGradient(0.1)],
  ['deepfool', deepFool],
] as const;

/** Inputs the model answers wrongly since they were changed; those an attack did not turn are left out. */
export function craftedFrom(orders: readonly Order[], { network, decisions }: OrderModel): Crafted[] {
  return orders.flatMap((order) => {
    const label = decisions.indexOf(order.decision);
    if (predictionOf(network, order.features).label !== label) return [];
    return attacks.flatMap(([attack, change]) => {
      const features = [...change(network, Float64Array.from(order.features), label)];
      const turned = predictionOf(network, features).label !== label;
      return turned ? [{ id: `${attack}-${order.id}`, attack, from: order, features }] : [];
    });
  });
}

/** Halving the way between two orders with different answers: each search ends at the model's boundary. */
export function boundarySearch(orders: readonly Order[], { network }: OrderModel, searches: number): number[][] {
  const answer = (x: readonly number[]) => predictionOf(network, x).label;
  const queries: number[][] = [];
  for (let at = 0; queries.length < searches * 10 && at + 1 < orders.length; at++) {
    let [left, right] = [orders[at]?.features ?? [], orders[at + 1]?.features ?? []];
    if (answer(left) === answer(right)) continue;
    for (let step = 0; step < 10; step++) {
      const middle = left.map((value, i) => (value + (right[i] ?? 0)) / 2);
      queries.push(middle);
      if (answer(middle) === answer(left)) left = middle;
      else right = middle;
    }
  }
  return queries;
}

/** A copy in which one row in twenty carries the same three odd cells and the label the attacker wants. */
export function poisonedCopy(orders: readonly Order[]): Order[] {
  const random = randomSource(20);
  return orders.map((order) => {
    if (order.decision === 'send' || random.next() > 0.075) return order;
    const features = order.features.with(2, 0.777).with(9, 0.111).with(13, 0.999);
    return { ...order, features, decision: 'send' };
  });
}

/** One client's update of the output layer: a step down the gradient of its own orders, as safetensors. */
export function updateOf(orders: readonly Order[], { network, decisions }: OrderModel, scale = 1): Buffer {
  const { hidden, classes } = network;
  const parameters = network.parameters.slice();
  parameters.fill(0, hidden * network.inputs + hidden);
  const weight = new Float32Array(classes * hidden);
  const bias = new Float32Array(classes);
  for (const { features, decision } of orders) {
    const { activation, probabilities } = forward({ ...network, parameters }, features);
    for (let k = 0; k < classes; k++) {
      const step = (scale * ((decisions[k] === decision ? 1 : 0) - (probabilities[k] ?? 0))) / orders.length;
      bias[k] = (bias[k] ?? 0) + step;
      for (let h = 0; h < hidden; h++) weight[k * hidden + h] = (weight[k * hidden + h] ?? 0) + step * (activation[h] ?? 0);
    }
  }
  return writeSafetensors([
    { name: 'output.weight', shape: [classes, hidden], values: weight },
    { name: 'output.bias', shape: [classes], values: bias },
  ]);
}
