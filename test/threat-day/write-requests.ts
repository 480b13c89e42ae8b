/**
 * Writes the requests of the guide docs/guides/threat-day.md: `node test/threat-day/write-requests.ts <folder> <model id> <data set id>`.
 * The attacks are computed from the weights in examples/shop-assistant/models/order-review.onnx.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { examplesFolder } from '../../scripts/examples/make.ts';
import { forward, predictionOf } from '../../src/modules/adversarial-detection/testing/small-network.ts';
import { boundarySearch, craftedFrom, poisonedCopy, updateOf } from './attacker.ts';
import { type Order, readOrderModel, readOrders } from './order-model.ts';

const [folder = 'threat-day', modelId = '', datasetId = ''] = process.argv.slice(2);
const project = join(examplesFolder, 'shop-assistant');
const model = await readOrderModel(project);
const [training, validation] = [await readOrders(project, 'train'), await readOrders(project, 'validation')];
const [known, fresh] = [validation.slice(0, 250), validation.slice(250)];

type Input = Pick<Order, 'id' | 'features'>;
const answerTo = ({ features }: Pick<Order, 'features'>) => {
  const { label, confidence } = predictionOf(model.network, features);
  return { prediction: model.decisions[label] ?? '', confidence };
};
const screened = (clientId: string, { id, features }: Input) => ({
  clientId,
  input: { id, features },
  predictions: [{ modelId, ...answerTo({ features }) }],
});
const sample = ({ id, features, decision }: Order) => ({ id, features, label: decision });
/** What somebody sees who asks for an order, and whether the model learnt from it. */
const asked = ({ id, features, decision }: Order, isMember: boolean) => ({
  ...{ id, confidence: answerTo({ features }).confidence, isMember },
  loss: -Math.log(Math.max(1e-12, forward(model.network, features).probabilities[model.decisions.indexOf(decision)] ?? 0)),
});
const lines = (items: readonly object[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join('');

const samples = [...training.map((one) => ({ ...one, trainedOn: true })), ...known].map((one) => ({
  ...sample(one),
  ...answerTo(one),
  ...('trainedOn' in one ? { trainedOn: true } : {}),
}));
const now = Date.now();
const events = boundarySearch(fresh, model, 20).map((features, at) => ({
  ...{ id: `query-${now}-${at}`, at: new Date(now + 50 * at).toISOString(), clientId: 'prober', features },
  ...answerTo({ features }),
}));
const files: Readonly<Record<string, string | Buffer>> = {
  'profile.json': JSON.stringify({ modelId, samples }),
  'normal.jsonl': lines(fresh.map((one, at) => screened(`customer-${at % 30}`, one))),
  'crafted.jsonl': lines(craftedFrom(fresh, model).map((one) => screened('mallory', one))),
  'traffic.json': JSON.stringify({ modelId, events }),
  'membership.json': JSON.stringify({
    queryId: 'were these orders trained on',
    modelId,
    samples: [...training.map((one) => asked(one, true)), ...validation.map((one) => asked(one, false))],
  }),
  'original.json': JSON.stringify({ datasetId, dryRun: true, samples: training.map(sample) }),
  'poisoned.json': JSON.stringify({ datasetId, samples: poisonedCopy(training).map(sample) }),
  ...Object.fromEntries(
    Array.from({ length: 10 }, (_, shop) => {
      const orders = training.slice(50 * shop, 50 * shop + 50);
      return [`shop-${shop}.safetensors`, updateOf(orders, model, shop === 7 ? -10 : 1)];
    }),
  ),
};
await mkdir(folder, { recursive: true });
for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
process.stdout.write(`${Object.keys(files).length} files are in ${folder}.\n`);
