import assert from 'node:assert/strict';
import { test } from 'node:test';
import { see, seenSlope, untrained } from './convolutional-network.ts';

const network = untrained({ filters: [3, 4], classes: 5 }, 3);
const x = Float64Array.from({ length: 64 }, (_, at) => ((at * 37) % 17) / 17);
const weights = Float64Array.of(0, -1, 1, 0, 0);
const gap = (): number => {
  const { logits } = see(network, x);
  return (logits[2] as number) - (logits[1] as number);
};
/** Central difference of the gap by one of the numbers it depends on. */
function difference(numbers: Float64Array, at: number): number {
  const before = numbers[at] as number;
  const step = 1e-6;
  numbers[at] = before + step;
  const above = gap();
  numbers[at] = before - step;
  const below = gap();
  numbers[at] = before;
  return (above - below) / (2 * step);
}

test('slopes of the input and of every layer’s parameters are those that differences show', () => {
  const gradient = new Float64Array(network.parameters.length);
  const slopes = seenSlope(network, { x, seen: see(network, x), weights }, gradient);
  for (const at of [0, 7, 27, 36, 63]) assert.ok(Math.abs((slopes[at] as number) - difference(x, at)) < 1e-6, `point ${at}`);
  for (let at = 0; at < gradient.length; at += 23)
    assert.ok(Math.abs((gradient[at] as number) - difference(network.parameters, at)) < 1e-6, `parameter ${at}`);
});

test('probabilities sum to one and follow the logits', () => {
  const { logits, probabilities } = see(network, x);
  assert.ok(Math.abs(probabilities.reduce((sum, value) => sum + value, 0) - 1) < 1e-12);
  assert.equal(probabilities.indexOf(Math.max(...probabilities)), logits.indexOf(Math.max(...logits)));
});
