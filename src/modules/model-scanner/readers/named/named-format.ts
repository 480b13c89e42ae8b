/** Formats without a signature, by name and shape of their beginning: nothing here is trusted to be harmless on its name alone. */
import type { Artefact } from '../../engine/artefact.ts';
import { placeName } from '../../engine/place.ts';
import { defineReader, draftArtefact } from '../../engine/reader.ts';

type Named = {
  readonly format: string;
  readonly role: Artefact['role'];
  readonly name: RegExp;
  readonly text?: boolean;
  readonly start?: RegExp;
  readonly read?: true;
};

/** `read`: the format is plain values, so there is nothing a reader would have to check. */
const named: readonly Named[] = [
  { format: 'tensorflow-checkpoint-data', role: 'model', name: /\.data-\d{5}-of-\d{5}$/, text: false, read: true },
  { format: 'tfrecord', role: 'dataset', name: /\.tfrecords?$/, text: false },
  { format: 'tensorboard-log', role: null, name: /\.tfevents\.|^events\.out\./, text: false, read: true },
];

export default defineReader({
  format: 'named-format',
  plausible: ({ head, name, isText }) => kindOf(head, name, isText) !== null,
  read: (source, where) => {
    const head = source.read(0, 4096);
    const name = placeName(where).toLowerCase();
    const kind = kindOf(head, name, true) ?? kindOf(head, name, false);
    if (!kind) return null;
    const draft = draftArtefact(kind.format, where, source.size);
    draft.role = kind.role;
    if (!kind.read)
      draft.unread.push({ reason: 'unsupported', detail: `The format ${kind.format} is recognised, but no reader checks it yet.`, where });
    return draft;
  },
});

function kindOf(head: Uint8Array, name: string, isText: boolean): Named | null {
  const fits = named.filter((kind) => (kind.text === undefined || kind.text === isText) && kind.name.test(name));
  if (fits.length === 0) return null;
  const start = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  return fits.find((kind) => kind.start?.test(start) ?? true) ?? null;
}
