/** XGBoost models in UBJSON, the default since release 2.1. */
import { rangePlace } from '../../engine/place.ts';
import { broken, type Draft, defineReader, draftArtefact, guarded, lie, MalformedBytes, type ReaderTools } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { parseUbjson } from '../parts/ubjson.ts';
import { isXgboost, readXgboost } from './xgboost-model.ts';

const longest = 512 * 2 ** 20;

export default defineReader({
  format: 'xgboost-ubjson',
  plausible: ({ head, isText }) => head[0] === 0x7b && 'iUIlL$#}'.includes(String.fromCharCode(head[1] ?? 0)) && !isText,
  read: (source, where, tools) => {
    const draft = draftArtefact('ubjson', where, source.size);
    if (source.size > longest) {
      draft.unread.push({ reason: 'budget', detail: `UBJSON of ${source.size} bytes is larger than is parsed.`, where });
      return draft;
    }
    guarded(draft, () => readDocument(source, draft, tools));
    // Two bytes are no signature: what does not parse to its end and has no learner is something else.
    const isOther = draft.format === 'ubjson' && !startsLearner(source) && !draft.metadata.has('whole');
    draft.metadata.delete('whole');
    return isOther ? null : draft;
  },
});

function readDocument(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const { value, end, repeatedKeys } = parseUbjson(source, () => tools.budget.checkTime());
  if (!isXgboost(value)) {
    if (!(value instanceof Map)) throw new MalformedBytes('ubjson-object', 0, 'the document is no object');
    if (end === source.size && value.size > 0) draft.metadata.set('whole', 1);
    draft.unread.push({ reason: 'unsupported', detail: 'UBJSON of a kind that no reader checks.', where: draft.where });
    return;
  }
  Object.assign(draft, { format: 'xgboost-ubjson', role: 'model' });
  for (const { key, at } of repeatedKeys.slice(0, 5))
    draft.anomalies.push(
      lie('ubjson-repeated-key', `The key ${JSON.stringify(key.slice(0, 100))} stands twice.`, rangePlace(draft.where, at, key.length)),
    );
  if (end < source.size)
    draft.anomalies.push(
      broken('ubjson-tail', `${source.size - end} bytes follow the document.`, rangePlace(draft.where, end, source.size - end)),
    );
  readXgboost(value, draft, tools);
}

/** `{L` and the eight bytes of the length of `learner`. */
function startsLearner(source: ByteSource): boolean {
  return Buffer.from(source.read(0, 64)).includes('learner', 0, 'latin1');
}
