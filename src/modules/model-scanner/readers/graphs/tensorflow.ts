/** TensorFlow SavedModel, MetaGraph and GraphDef: operators in nodes and in the function library, by operator, never by node name. */
import { rangePlace } from '../../engine/place.ts';
import { type Draft, defineReader, draftArtefact, guarded, MalformedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { leavesFolder } from '../archives/archive-path.ts';
import { type Field, fields, fieldText, fitsShape } from '../parts/protobuf.ts';
import { GraphWalk } from './tensorflow-graph.ts';

type Shape = ReadonlyMap<number, number>;
/** @source tensorflow/core/protobuf/{saved_model,meta_graph}.proto and framework/{graph,node_def}.proto. */
const savedModelShape: Shape = new Map([
  [1, 0],
  [2, 2],
]);
const metaGraphShape: Shape = new Map([
  [1, 2],
  [2, 2],
  [3, 2],
  [4, 2],
  [5, 2],
  [6, 2],
  [7, 2],
]);
const graphShape: Shape = new Map([
  [1, 2],
  [2, 2],
  [3, 0],
  [4, 2],
  [5, 2],
]);
const nodeShape: Shape = new Map([
  [1, 2],
  [2, 2],
  [3, 2],
  [4, 2],
  [5, 2],
  [6, 2],
  [7, 2],
]);

type Kind = 'tensorflow-saved-model' | 'tensorflow-meta-graph' | 'tensorflow-graph';

export default defineReader({
  format: 'tensorflow',
  plausible: (glance) => {
    const first = glance.head[0];
    const begins = first === 0x08 || first === 0x0a || first === 0x12 || first === 0x22;
    return begins && (/\.(pb|meta)$/.test(glance.name) || !glance.isText);
  },
  read: (source, where, tools) => {
    const kind = kindOf(source);
    if (kind === null) return null;
    const draft = draftArtefact(kind, where, source.size);
    draft.role = 'model';
    const assets = new Set<string>();
    guarded(draft, () => addAssets(source, kind, assets, draft));
    const walk = new GraphWalk(source, draft, { tools, assets });
    guarded(draft, () => {
      for (const graph of graphsOf(source, kind)) walk.graph(graph.start, graph.end);
    });
    walk.finish();
    return draft;
  },
});

/** MetaGraphDef: 6 assets, each with the constant it replaces (1, name in 1) and its file below `assets/` (2). */
function addAssets(source: ByteSource, kind: Kind, assets: Set<string>, draft: Draft): void {
  for (const meta of metasOf(source, kind))
    for (const asset of children(source, meta, 6)) {
      const [file] = children(source, asset, 2);
      const name = file ? fieldText(source, file, 1000) : '';
      if (leavesFolder(name))
        draft.externalPaths.push({
          text: name,
          purpose: 'asset',
          leavesFolder: true,
          effect: 'fs-read',
          where: rangePlace(draft.where, asset.start),
        });
      for (const tensor of children(source, asset, 1))
        for (const written of children(source, tensor, 1)) assets.add(fieldText(source, written, 1000).split(':')[0] ?? '');
    }
}

function kindOf(source: ByteSource): Kind | null {
  const all: Field = { number: 0, wire: 2, value: 0, start: 0, end: source.size };
  if (fitsShape(source, 0, source.size, savedModelShape) && someChild(source, all, 2, (meta) => isMetaGraph(source, meta)))
    return 'tensorflow-saved-model';
  if (isMetaGraph(source, all)) return 'tensorflow-meta-graph';
  return isGraph(source, all) ? 'tensorflow-graph' : null;
}

function isMetaGraph(source: ByteSource, meta: Field): boolean {
  if (!fitsShape(source, meta.start, meta.end, metaGraphShape)) return false;
  return someChild(source, meta, 2, (graph) => isGraph(source, graph));
}

/** Nodes with a name and an operator of letters, or a library with functions. */
function isGraph(source: ByteSource, graph: Field): boolean {
  if (graph.end - graph.start < 4 || !fitsShape(source, graph.start, graph.end, graphShape)) return false;
  const first = firstChild(source, graph, 1);
  if (!first) return someChild(source, graph, 2, (library) => firstChild(source, library, 1) !== null);
  if (!fitsShape(source, first.start, first.end, nodeShape)) return false;
  const operator = firstChild(source, first, 2);
  return operator !== null && /^[A-Z_][A-Za-z0-9_>]*$/.test(fieldText(source, operator, 200));
}

/** Graphs that a file has; bytes that only look like messages have millions of messages, none of which is a graph. */
const mostAsked = 1000;

/** Whether one of the first of these fields is what is asked for. */
function someChild(source: ByteSource, parent: Field, number: number, isWanted: (child: Field) => boolean): boolean {
  let asked = 0;
  try {
    for (const field of fields(source, parent.start, parent.end)) {
      if (field.number !== number || field.wire !== 2) continue;
      asked += 1;
      if (asked > mostAsked) return false;
      if (isWanted(field)) return true;
    }
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
  }
  return false;
}

function firstChild(source: ByteSource, parent: Field, number: number): Field | null {
  let first: Field | null = null;
  someChild(source, parent, number, (child) => {
    first = child;
    return true;
  });
  return first;
}

function children(source: ByteSource, parent: Field, number: number): Field[] {
  const found: Field[] = [];
  try {
    for (const field of fields(source, parent.start, parent.end)) if (field.number === number && field.wire === 2) found.push(field);
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    return [];
  }
  return found;
}

function graphsOf(source: ByteSource, kind: Kind): Field[] {
  const all: Field = { number: 0, wire: 2, value: 0, start: 0, end: source.size };
  if (kind === 'tensorflow-graph') return [all];
  return metasOf(source, kind).flatMap((meta) => children(source, meta, 2));
}

function metasOf(source: ByteSource, kind: Kind): Field[] {
  const all: Field = { number: 0, wire: 2, value: 0, start: 0, end: source.size };
  if (kind === 'tensorflow-graph') return [];
  return kind === 'tensorflow-meta-graph' ? [all] : children(source, all, 2);
}
