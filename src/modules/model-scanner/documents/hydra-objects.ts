/** Python objects that a document names by a dotted path: what the tables know about finding and using them. */
import type { Effect, Where } from '../../../contract/finding.ts';
import type { OperatorFact } from '../engine/artefact.ts';
import type { Draft, ReaderTools } from '../engine/reader.ts';
import { resolve } from '../pickle/names.ts';
import type { PickleFactTables } from '../pickle/tables.ts';
import { namedObject } from '../readers/documents/named-object.ts';

export const dottedPath = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/;
const longestPath = 500;
const mostObjects = 1000;

export type JudgedPath = {
  readonly module: string;
  readonly name: string;
  readonly harm: Effect | null;
  /** Known libraries write it, or it belongs to a package that models are made with. */
  readonly ordinary: boolean;
  readonly standardLibrary: boolean;
};

/** Hop by hop, as an importer that walks the path does: `os.path.os.system` is `posix.system`. */
export function judgedPath(path: string, tables: PickleFactTables): JudgedPath {
  const dot = path.lastIndexOf('.');
  const module = dot < 0 ? 'builtins' : path.slice(0, dot);
  const name = path.slice(dot + 1);
  const plain = namedObject(module, name, tables);
  const first = path.indexOf('.');
  const target = first < 0 ? null : resolve(tables, path.slice(0, first), path.slice(first + 1), 3);
  const walked = target?.allow === undefined ? (target?.effect?.effect ?? null) : null;
  const hidden = target?.path === 'hidden' ? ('exec' as const) : null;
  const harm = plain.harm ?? (plain.ordinary && walked === null ? null : walked) ?? hidden;
  return { module, name, harm, ordinary: plain.ordinary && harm === null, standardLibrary: plain.standardLibrary };
}

export type NamedUse = {
  readonly path: string;
  readonly where: Where;
  /** After the name: `is called when the configuration is instantiated`. */
  readonly use: string;
  readonly certainty: OperatorFact['certainty'];
};

/** One fact for one named object; ordinary ones are only counted. @returns what is known, for callers that follow it. */
export function addNamedObject({ path, where, use, certainty }: NamedUse, draft: Draft, { tables }: ReaderTools): JudgedPath {
  const judged = judgedPath(path.slice(0, longestPath), tables.pickle);
  const { module, name, harm, ordinary, standardLibrary } = judged;
  if (ordinary || draft.operators.length >= mostObjects) return judged;
  const fact = { framework: 'config' as const, domain: module.slice(0, longestPath), name: name.slice(0, 200), where };
  if (harm !== null) draft.operators.push({ ...fact, known: true, effect: harm, certainty, detail: use });
  else if (standardLibrary)
    draft.operators.push({ ...fact, known: true, effect: 'exec', certainty: 'possible', detail: `of the standard library ${use}` });
  else draft.operators.push({ ...fact, known: false, effect: 'none', certainty: 'possible', detail: use });
  return judged;
}
