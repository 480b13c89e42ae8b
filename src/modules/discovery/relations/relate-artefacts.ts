/** Weights and tables become models and data sets: shards and folder layouts are one model, a carded folder is one data set. */
import type { HitEdge } from '../contract.ts';
import type { ArtefactFile, Evidence } from '../evidence/evidence.ts';
import { type CardFact, type FolderModel, lmStudioRepository } from '../readers/card.ts';
import { isDataFolder } from '../readers/table-data.ts';
import { type HitSet, packageUrl } from '../runs/hit-set.ts';
import { baseName, fileKey, folderKey, type Owners, parentOf } from '../tree/path-key.ts';

/** Files of one kind in one folder beyond this are one data set, not hundreds. */
const mostLooseTables = 20;
const shard = /[-_.](?:\d{5}-of-\d{5}|part-?\d{1,5}|shard-?\d{1,5})(?=\.)/;

export function relateModels(evidence: Evidence, hits: HitSet, owners: Owners): void {
  const { root } = evidence;
  const grouped = new Map<string, ArtefactFile[]>();
  for (const file of evidence.artefacts) {
    if (file.format.role !== 'model') continue;
    const unit = modelUnit(file, evidence);
    pushTo(grouped, unit, file);
  }
  for (const [unit, files] of grouped) {
    const [first] = files;
    if (first === undefined) continue;
    const folder = unit.startsWith('folder:') ? unit.slice(7) : null;
    const key = folder === null ? fileKey(root, first.path) : folderKey(root, folder);
    for (const place of [key, ...files.map(({ path }) => path)]) owners.set(place, { key, kind: 'model' });
    if (folder === null) addLooseModel(first, files, evidence, hits);
    else addFolderModel(folder, files, evidence, hits);
  }
  for (const { path, model } of evidence.ollama)
    hits.add({
      kind: 'model',
      assetType: 'model',
      name: model.name,
      keys: [`sha256:${model.digest}`, `ollama:${model.name}`],
      confidence: 'certain',
      method: 'layout',
      places: [{ path, line: null, evidence: `ollama manifest, model layer sha256:${model.digest.slice(0, 12)}…` }],
      facts: { store: 'ollama' },
    }); // prettier-ignore
}

function pushTo<T>(groups: Map<string, T[]>, key: string, member: T): void {
  const known = groups.get(key);
  if (known) known.push(member);
  else groups.set(key, [member]);
}

/** What a weight file belongs to: `folder:<path>` when a layout says so, else the file or its shard set. */
function modelUnit(file: ArtefactFile, evidence: Evidence): string {
  for (let folder = file.folder; ; folder = parentOf(folder)) {
    if (evidence.snapshots.has(folder)) return `folder:${folder}`;
    const model = evidence.folderModels.get(folder);
    if (model && (model.deep || folder === file.folder) && belongs(file)) return `folder:${folder}`;
    if (folder === '') break;
  }
  if (evidence.cards.get(file.folder)?.subject === 'model' && file.folder !== '' && belongs(file)) return `folder:${file.folder}`;
  if (file.format.format === 'tensorflow-saved-model') return `folder:${file.folder}`;
  return shard.test(file.name) ? `shards:${file.folder}/${file.name.replace(shard, '')}` : `file:${file.path}`;
}

/** A GGUF beside a config is its own quantisation; anything else in a model folder is part of that model. */
function belongs(file: ArtefactFile): boolean {
  return file.format.format !== 'gguf';
}

function addLooseModel(first: ArtefactFile, files: readonly ArtefactFile[], { root }: Evidence, hits: HitSet): void {
  const name = files.length > 1 ? first.name.replace(shard, '') : first.name;
  const repository = lmStudioRepository(first.path);
  hits.add({
    kind: 'model',
    assetType: 'model',
    name,
    keys: [
      ...files.flatMap(({ digest }) => (digest === null || files.length > 1 ? [] : [`sha256:${digest}`])),
      ...files.map(({ path }) => fileKey(root, path)),
    ],
    confidence: first.format.confidence,
    method: 'content',
    places: files.map(placeOf),
    facts: {
      format: first.format.format,
      sizeBytes: totalSize(files),
      ...(files.length > 1 ? { shards: files.length } : {}),
      ...(repository === null ? {} : { store: 'lm-studio', repository }),
    },
  });
}

function addFolderModel(folder: string, files: readonly ArtefactFile[], evidence: Evidence, hits: HitSet): void {
  const { root } = evidence;
  const snapshot = evidence.snapshots.get(folder);
  const layout = evidence.folderModels.get(folder);
  const card = evidence.cards.get(folder);
  const repository = snapshot?.kind === 'model' ? snapshot.repository : null;
  const formats = [...new Set(files.map(({ format }) => format.format))].sort();
  hits.add({
    kind: 'model',
    assetType: 'model',
    name: repository ?? nameOf(folder, card, root),
    purl: repository === null ? null : packageUrl('huggingface', repository, snapshot?.revision ?? null),
    keys: [
      ...(repository === null ? [] : [`purl:${packageUrl('huggingface', repository, null)}`]),
      folderKey(root, folder),
      ...files.slice(0, 500).map(({ path }) => fileKey(root, path)),
    ],
    confidence: 'certain',
    method: layout || snapshot ? 'layout' : 'content',
    places: [
      ...files.map(placeOf),
      ...(layout ? [{ path: layout.path, line: null, evidence: `${layout.layout} configuration` }] : []),
      ...(card ? [{ path: card.path, line: 1, evidence: 'model card' }] : []),
    ],
    facts: {
      format: formats.join(', '),
      sizeBytes: totalSize(files),
      files: files.length,
      revision: snapshot?.revision,
      layout: layout?.layout,
      ...describe(layout, card),
    },
    edges: lineageOf(layout, card),
  });
}

function nameOf(folder: string, card: CardFact | undefined, root: string): string {
  // A snapshot folder of a store without repository, or the root itself, still has a last name.
  const last = baseName(folder === '' ? root : folder);
  return card?.title && card.title.length <= 80 && /^(?:model|checkpoint|output|final|best)s?$/i.test(last) ? card.title : last;
}

function describe(layout: FolderModel | undefined, card: CardFact | undefined): Record<string, string | undefined> {
  return {
    architecture: layout?.architecture ?? undefined,
    modelType: layout?.type ?? undefined,
    licence: card?.licence ?? undefined,
    library: card?.library ?? undefined,
    task: card?.task ?? undefined,
    ...layout?.facts,
  };
}

function lineageOf(layout: FolderModel | undefined, card: CardFact | undefined): HitEdge[] {
  const bases = [layout?.baseModel ?? null, ...(card?.subject === 'model' ? card.baseModels : [])].filter(
    (name) => name !== null && /^[\w.-]+(?:\/[\w.-]+)?$/.test(name),
  );
  const edges: HitEdge[] = bases.map((name) => ({
    kind: 'depends_on',
    toKey: `purl:${packageUrl('huggingface', name ?? '', null)}`,
    inferred: false,
  }));
  const datasets = card?.subject === 'model' ? card.datasets : [];
  return [...edges, ...datasets.map((name) => ({ kind: 'trains_on' as const, toKey: `hf-dataset:${name}`, inferred: false }))];
}

function placeOf(file: ArtefactFile) {
  return { path: file.path, line: null, evidence: `${file.format.format}, ${file.size} bytes` };
}

function totalSize(files: readonly ArtefactFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

type DataFile = {
  path: string;
  folder: string;
  size: number;
  format: string;
  columns: readonly string[];
  rows: number | null;
  sure: boolean;
  tuning: boolean;
};

export function relateDatasets(evidence: Evidence, hits: HitSet, owners: Owners): void {
  const named = pathsNamedByCode(evidence);
  const files = [...dataArtefacts(evidence), ...dataTables(evidence, named)];
  const units = new Map<string, DataFile[]>();
  for (const file of files) {
    const carded = cardedFolder(file.folder, evidence);
    const unit = carded === null ? `file:${file.path}` : `folder:${carded}`;
    pushTo(units, unit, file);
  }
  for (const [unit, members] of foldCrowds(units)) addDataset(unit, members, evidence, { hits, owners });
}

function dataArtefacts(evidence: Evidence): DataFile[] {
  return evidence.artefacts
    .filter(({ format }) => format.role === 'dataset')
    .map(({ path, folder, size, format }) => ({
      path,
      folder,
      size,
      format: format.format,
      columns: [],
      rows: null,
      sure: format.confidence === 'certain',
      tuning: false,
    }));
}

/** A table counts when something says it is data for models: a card, a data folder, code that names it, or chat records. */
function dataTables(evidence: Evidence, named: ReadonlySet<string>): DataFile[] {
  return evidence.tables.flatMap(({ path, folder, size, table }) => {
    const sure = cardedFolder(folder, evidence) !== null || table.tuning || named.has(path);
    if (!sure && !isDataFolder(folder)) return [];
    return [{ path, folder, size, format: table.format, columns: table.columns, rows: table.rows, sure, tuning: table.tuning }];
  });
}

function cardedFolder(folder: string, evidence: Evidence): string | null {
  for (let at = folder; ; at = parentOf(at)) {
    if (evidence.cards.get(at)?.subject === 'dataset') return at;
    if (evidence.snapshots.get(at)?.kind === 'dataset') return at;
    if (at === '') return null;
  }
}

function foldCrowds(units: ReadonlyMap<string, DataFile[]>): Map<string, DataFile[]> {
  const perFolder = new Map<string, number>();
  for (const [unit, [first]] of units)
    if (first && unit.startsWith('file:')) perFolder.set(first.folder, (perFolder.get(first.folder) ?? 0) + 1);
  const folded = new Map<string, DataFile[]>();
  for (const [unit, members] of units) {
    const folder = members[0]?.folder ?? '';
    const crowd = unit.startsWith('file:') && (perFolder.get(folder) ?? 0) > mostLooseTables;
    const key = crowd ? `folder:${folder}` : unit;
    for (const member of members) pushTo(folded, key, member);
  }
  return folded;
}

function addDataset(
  unit: string,
  members: readonly DataFile[],
  evidence: Evidence,
  { hits, owners }: { hits: HitSet; owners: Owners },
): void {
  const { root } = evidence;
  const folder = unit.startsWith('folder:') ? unit.slice(7) : null;
  const [first] = members;
  if (first === undefined) return;
  const key = folder === null ? fileKey(root, first.path) : folderKey(root, folder);
  for (const place of [key, ...members.map(({ path }) => path)]) owners.set(place, { key, kind: 'dataset' });
  const card = folder === null ? undefined : evidence.cards.get(folder);
  const snapshot = folder === null ? undefined : evidence.snapshots.get(folder);
  const rows = members.every((member) => member.rows !== null) ? members.reduce((sum, member) => sum + (member.rows ?? 0), 0) : null;
  hits.add({
    kind: 'dataset',
    assetType: 'dataset',
    name: snapshot?.repository ?? card?.title ?? baseName(folder ?? first.path),
    keys: [
      ...(snapshot ? [`hf-dataset:${snapshot.repository}`] : []),
      key,
      ...members.slice(0, 500).map(({ path }) => fileKey(root, path)),
    ],
    confidence: members.some(({ sure }) => sure) ? 'certain' : 'probable',
    method: card ? 'layout' : 'content',
    places: [
      ...members.map(({ path, format, size }) => ({ path, line: null, evidence: `${format}, ${size} bytes` })),
      ...(card ? [{ path: card.path, line: 1, evidence: 'data set card' }] : []),
    ],
    facts: {
      format: [...new Set(members.map(({ format }) => format))].sort().join(', '),
      sizeBytes: members.reduce((sum, { size }) => sum + size, 0),
      files: members.length,
      ...(rows === null || rows === 0 ? {} : { rows }),
      ...(first.columns.length > 0 ? { columns: first.columns.slice(0, 50).join(', ').slice(0, 1000) } : {}),
      ...(members.some(({ tuning }) => tuning) ? { purpose: 'language model tuning' } : {}),
      licence: card?.licence ?? undefined,
      task: card?.task ?? undefined,
    },
  });
}

/** Files that AI code names by path: a CSV a training script reads is data, wherever it lies. */
function pathsNamedByCode(evidence: Evidence): ReadonlySet<string> {
  const named = new Set<string>();
  for (const { use } of evidence.code) {
    if (use.imports.length === 0) continue;
    for (const { text, verb } of use.paths) {
      const path = verb === 'names' ? null : resolvePath(text, use.folder, evidence.paths);
      if (path !== null) named.add(path);
    }
  }
  return named;
}

/** The file of the tree a text in code means: from the file's own folder, then each folder above it. */
export function resolvePath(text: string, folder: string, paths: ReadonlySet<string>): string | null {
  const clean = text.replaceAll('\\', '/').replace(/^\.\//, '');
  if (clean.startsWith('/')) return null;
  for (let at = folder; ; at = parentOf(at)) {
    const path = normalised(at === '' ? clean : `${at}/${clean}`);
    if (path !== null && paths.has(path)) return path;
    if (at === '') return null;
  }
}

function normalised(path: string): string | null {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}
