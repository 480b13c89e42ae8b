/** Caffe networks, as protocol buffers (weights) and as text (prototxt): Python layers and layers that read files by path. */
import type { Where } from '../../../../contract/finding.ts';
import { rangePlace } from '../../engine/place.ts';
import { type Draft, defineReader, draftArtefact, guarded, MalformedBytes, type ReaderTools } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { isAddress, leavesFolder } from '../archives/archive-path.ts';
import { namedObject } from '../documents/named-object.ts';
import { type Field, fields, fieldText, fitsShape } from '../parts/protobuf.ts';

/** @source caffe.proto: NetParameter and LayerParameter. */
const netShape: ReadonlyMap<number, number> = new Map([
  [1, 2],
  [2, 2],
  [3, 2],
  [4, 0],
  [5, 0],
  [6, 2],
  [7, 0],
  [8, 2],
  [100, 2],
]);
const pythonParameter = 130;
/** Parameters with a path, and the field it stands in: 107 data, 112 HDF5 data, 113 HDF5 output, 115 image data, 129 window data. */
const pathFields: ReadonlyMap<number, number> = new Map([
  [107, 1],
  [112, 1],
  [113, 1],
  [115, 1],
  [129, 1],
]);
const longestText = 16 * 2 ** 20;
const latin1 = new TextDecoder('latin1');

export default defineReader({
  format: 'caffe',
  plausible: ({ head, isText }) =>
    isText
      ? /^\s*(?:#[^\n]*\n\s*)*(?:name|layers?|input)\s*[:{]/.test(latin1.decode(head)) && /\blayers?\s*\{/.test(latin1.decode(head))
      : head[0] === 0x0a,
  read: (source, where, tools) => {
    const isText = source.read(0, 1)[0] !== 0x0a || latin1.decode(source.read(0, 4096)).includes('layer {');
    if (!isText && !isNetwork(source)) return null;
    const draft = draftArtefact(isText ? 'caffe-prototxt' : 'caffe', where, source.size);
    draft.role = 'model';
    guarded(draft, () => (isText ? readText(source, draft, tools) : readNetwork(source, draft, tools)));
    return draft;
  },
});

/** Layers with a name and a type of letters. */
function isNetwork(source: ByteSource): boolean {
  if (!fitsShape(source, 0, source.size, netShape)) return false;
  for (const layer of fields(source, 0, source.size)) {
    if (layer.number !== 100) continue;
    return fitsLayer(source, layer);
  }
  return false;
}

function fitsLayer(source: ByteSource, layer: Field): boolean {
  try {
    const type = [...fields(source, layer.start, layer.end)].find(({ number, wire }) => number === 2 && wire === 2);
    return type !== undefined && /^[A-Z][A-Za-z0-9]{1,60}$/.test(fieldText(source, type, 100));
  } catch (error) {
    // Not a message: something else begins with the same bytes.
    if (error instanceof MalformedBytes) return false;
    throw error;
  }
}

function readNetwork(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  let layers = 0;
  for (const layer of fields(source, 0, source.size)) {
    if (layer.number === 1) draft.metadata.set('name', fieldText(source, layer, 200));
    if (layer.number !== 100) continue;
    layers += 1;
    if ((layers & 0xff) === 0) tools.budget.checkTime();
    const where = rangePlace(draft.where, layer.start, layer.end - layer.start);
    for (const field of fields(source, layer.start, layer.end)) {
      if (field.wire !== 2) continue;
      if (field.number === pythonParameter) addPython(partsOf(source, field), where, draft, tools);
      const pathField = pathFields.get(field.number);
      const path = pathField === undefined ? undefined : partsOf(source, field).get(pathField);
      if (path !== undefined) addPath(path, where, draft);
    }
  }
  draft.metadata.set('layers', layers);
}

function partsOf(source: ByteSource, message: Field): Map<number, string> {
  const parts = new Map<number, string>();
  for (const field of fields(source, message.start, message.end))
    if (field.wire === 2) parts.set(field.number, fieldText(source, field, 1000));
  return parts;
}

function addPython(parts: ReadonlyMap<number, string>, where: Where, draft: Draft, tools: ReaderTools): void {
  const module = parts.get(1) ?? '';
  const name = parts.get(2) ?? '';
  const { harm, standardLibrary } = namedObject(module, name, tools.tables.pickle);
  draft.operators.push({
    framework: 'caffe',
    domain: module.slice(0, 200),
    name: name.slice(0, 200),
    known: harm !== null || standardLibrary,
    effect: harm ?? (standardLibrary ? 'exec' : 'none'),
    certainty: harm === null ? 'possible' : 'proved',
    detail:
      harm !== null || standardLibrary
        ? `has the Python module ${module.slice(0, 100)} imported and ${name.slice(0, 100)} called`
        : 'a Python layer: the module is imported when the network is built',
    where,
  });
}

function addPath(path: string, where: Where, draft: Draft): void {
  if (!leavesFolder(path)) return;
  draft.externalPaths.push({ text: path, purpose: 'asset', leavesFolder: true, effect: isAddress(path) ? 'net' : 'fs-read', where });
}

/** Text form: the blocks `python_param { … }` and paths named `source`. */
function readText(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  if (source.size > longestText) {
    draft.unread.push({
      reason: 'budget',
      detail: `A network of ${source.size} bytes of text is larger than is read.`,
      where: draft.where,
    });
    return;
  }
  const text = latin1.decode(source.read(0, source.size)).replace(/#[^\n]*/g, (comment) => ' '.repeat(comment.length));
  draft.metadata.set('layers', (text.match(/\blayers?\s{0,40}\{/g) ?? []).length);
  for (const block of text.matchAll(/\bpython_param\s{0,40}:?\s{0,40}\{([^{}]{0,4000})\}/g)) {
    const value = (key: string) => new RegExp(`\\b${key}\\s*:\\s*["']([^"'\\n]{0,500})["']`).exec(block[1] ?? '')?.[1] ?? '';
    addPython(
      new Map([
        [1, value('module')],
        [2, value('layer')],
      ]),
      rangePlace(draft.where, block.index, block[0].length),
      draft,
      tools,
    );
  }
  for (const path of text.matchAll(/\b(?:source|file_name|root_folder|mean_file)\s{0,40}:\s{0,40}["']([^"'\n]{1,500})["']/g))
    addPath(path[1] ?? '', rangePlace(draft.where, path.index, path[0].length), draft);
}
