/** TensorRT plans: compiled engines nobody can look into; plug-ins by name and libraries that may be stored inside. */
import { rangePlace } from '../../engine/place.ts';
import { type Draft, defineReader, draftArtefact, guarded, type ReaderTools } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { executableFacts, executableKind } from '../archives/executable-facts.ts';

/** Strings of a plan lie among its weights: only this much is searched for names and libraries. */
const searched = 64 * 2 ** 20;
const step = 2 ** 20;
const overlap = 4096;
const latin1 = new TextDecoder('latin1');

export default defineReader({
  format: 'tensorrt-plan',
  certain: ({ head }) => (head[0] === 0x66 || head[0] === 0x70) && head[1] === 0x74 && head[2] === 0x72 && head[3] === 0x74,
  read: (source, where, tools) => {
    const draft = draftArtefact('tensorrt-plan', where, source.size);
    draft.role = 'model';
    draft.code.push({
      language: 'native',
      activated: true,
      detail: 'compiled TensorRT engine, which runs on the device as it is',
      text: '',
      where: rangePlace(where, 0, 4),
    });
    guarded(draft, () => search(source, draft, tools));
    return draft;
  },
});

/** Names that plug-ins of TensorRT itself and of others are registered under. */
const plugIn = /[A-Z][A-Za-z0-9_]{2,60}(?:_TRT|_Plugin|Plugin(?:V\d\w{0,20}|Dynamic)?)(?![A-Za-z0-9_])/g;

function search(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const names = new Map<string, number>();
  const end = Math.min(source.size, searched);
  for (let at = 0; at < end; at += step) {
    tools.budget.checkTime();
    const bytes = source.read(at, step + overlap);
    addLibraries(bytes, at, source, draft);
    for (const match of latin1.decode(bytes).matchAll(plugIn))
      if (names.size < 200 && !names.has(match[0])) names.set(match[0], at + match.index);
  }
  for (const [name, at] of names)
    draft.operators.push({
      framework: 'tensorrt',
      domain: '',
      name,
      known: false,
      effect: 'none',
      certainty: 'possible',
      detail: 'a plug-in: the program that runs the engine must load the library that brings it',
      where: rangePlace(draft.where, at, name.length),
    });
}

/** A plan may carry its plug-in libraries: ELF headers that hold together. */
function addLibraries(bytes: Uint8Array, at: number, source: ByteSource, draft: Draft): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (
    let found = buffer.indexOf('\u007fELF', 0, 'latin1');
    found >= 0 && found < step;
    found = buffer.indexOf('\u007fELF', found + 4, 'latin1')
  ) {
    const head = bytes.subarray(found, found + 4096);
    const size = source.size - at - found;
    if (draft.code.length < 20 && executableKind(head, size) !== null)
      draft.code.push(...executableFacts(head, size, rangePlace(draft.where, at + found, 64)));
  }
}
