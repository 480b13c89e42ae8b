/** CatBoost models: the flatbuffer behind the signature, its header and notes. The trees are numbers and are not walked. */

import { rangePlace } from '../../engine/place.ts';
import { broken, type Draft, defineReader, draftArtefact, guarded, type ReaderTools, TruncatedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';
import { FlatBuffer, type FlatSchema, verifyFlatBuffer } from '../parts/flatbuffer.ts';

/** @source catboost/libs/model/flatbuffers/model.fbs: TModelCore and TKeyValue. */
const schema: FlatSchema = { Core: ['text', '?', '[KeyValue]', '[text]'], KeyValue: ['text', 'text'] };
const noted = ['catboost_version_info', 'model_guid', 'train_finish_time', 'class_params', 'loss_function'];

export default defineReader({
  format: 'catboost',
  certain: ({ head }) => head[0] === 0x43 && head[1] === 0x42 && head[2] === 0x4d && head[3] === 0x31,
  read: (source, where, tools) => {
    const draft = draftArtefact('catboost', where, source.size);
    draft.role = 'model';
    guarded(draft, () => readModel(source, draft, tools));
    return draft;
  },
});

function readModel(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const cursor = new Cursor(source, 4);
  const size = cursor.u32();
  if (size > cursor.left) throw new TruncatedBytes('catboost-size', 4, `the core has ${size} bytes, ${cursor.left} are there`);
  const core = new FlatBuffer(source, 8, size).root();
  verifyFlatBuffer(core, 'Core', schema, () => tools.budget.checkTime());
  draft.metadata.set('version', core.text(0, 100));
  for (const pair of core.tables(2)) {
    const key = pair.text(0, 100);
    if (noted.includes(key)) draft.metadata.set(key, pair.text(1, 300));
  }
  const parts = core.vector(3, 4)?.count ?? 0;
  const rest = source.size - 8 - size;
  if (parts === 0 && rest > 0)
    draft.anomalies.push(broken('catboost-tail', `${rest} bytes follow the model.`, rangePlace(draft.where, 8 + size, rest)));
}
