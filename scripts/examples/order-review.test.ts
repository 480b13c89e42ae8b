import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { binomialTail } from '../../src/math/counting-tails.ts';
import { predictionOf } from '../../src/modules/adversarial-detection/testing/small-network.ts';
import { readOrderModel, readOrders } from '../../test/threat-day/order-model.ts';
import { examplesFolder } from './make.ts';
import { orderColumns, orderDecisions } from './order-review.ts';

test('the order model, read back from its file, has learnt: on orders it never saw it beats the commonest decision beyond chance', async () => {
  const project = join(examplesFolder, 'shop-assistant');
  const { network, decisions } = await readOrderModel(project);
  assert.deepEqual([network.inputs, network.classes, decisions], [orderColumns.length, orderDecisions.length, [...orderDecisions]]);
  const orders = await readOrders(project, 'validation');
  const right = orders.filter(({ features, decision }) => decisions[predictionOf(network, features).label] === decision).length;
  const commonest = Math.max(...decisions.map((word) => orders.filter(({ decision }) => decision === word).length));
  assert.ok(binomialTail(right, orders.length, commonest / orders.length) < 1e-9, `${right} of ${orders.length}`);
});
