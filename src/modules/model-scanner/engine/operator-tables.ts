/** Operator facts from catalog/operators, parsed. */
import { z } from 'zod';
import type { OperatorEffect, OperatorTables } from './tables.ts';

/** Frameworks whose tables are a list of what harms and a list of what is their own. */
const graphFrameworks = ['tflite', 'executorch', 'paddle', 'mxnet', 'r', 'java', 'torchscript'] as const;

/** One file of catalog/operators. Lines of `harmful`: `name effect certainty why…`; `name` may be `domain::name` or `domain::*`. */
export const OperatorDocument = z.strictObject({
  framework: z.enum(['tensorflow', 'onnx', 'keras', ...graphFrameworks]),
  source: z.string(),
  matches: z.array(z.string()).min(1),
  nonMatches: z.array(z.string()).min(1),
  harmful: z.string().default(''),
  /** Domains (ONNX), modules (Keras), namespaces, functions or packages that are part of the framework itself. */
  known: z.string().default(''),
  /** Class names of Keras. */
  classes: z.string().default(''),
});
export type OperatorDocument = z.infer<typeof OperatorDocument>;

const effectWords = z.enum(['exec', 'fs-read', 'fs-write', 'net', 'native-load', 'nested-load', 'dos']);
const certaintyWords = z.enum(['proved', 'possible']);

export function operatorTables(documents: readonly OperatorDocument[]): OperatorTables {
  const tables = {
    tensorflow: new Map<string, OperatorEffect>(),
    onnx: new Map<string, OperatorEffect>(),
    onnxDomains: new Set<string>(),
    kerasModules: new Set<string>(),
    kerasClasses: new Set<string>(),
    graphs: new Map<string, { harmful: Map<string, OperatorEffect>; known: Set<string> }>(),
  };
  for (const { framework, harmful, known, classes } of documents) {
    if (isGraphFramework(framework)) {
      const table = tables.graphs.get(framework) ?? { harmful: new Map<string, OperatorEffect>(), known: new Set<string>() };
      for (const [name, fact] of harmfulRows(harmful)) table.harmful.set(name, fact);
      for (const word of rowsOf(known).flatMap((row) => row.split(/\s+/))) table.known.add(word);
      tables.graphs.set(framework, table);
      continue;
    }
    if (framework !== 'keras') for (const [name, fact] of harmfulRows(harmful)) tables[framework].set(name, fact);
    const words = rowsOf(known).flatMap((row) => row.split(/\s+/));
    if (framework === 'onnx') for (const word of words) tables.onnxDomains.add(word);
    if (framework === 'tensorflow' && words.length > 0) tables.graphs.set(framework, { harmful: new Map(), known: new Set(words) });
    if (framework === 'keras') for (const row of rowsOf(known)) tables.kerasModules.add(row);
    for (const row of rowsOf(classes)) for (const word of row.split(/\s+/)) tables.kerasClasses.add(word);
  }
  return tables;
}

function isGraphFramework(framework: OperatorDocument['framework']): framework is (typeof graphFrameworks)[number] {
  return graphFrameworks.some((name) => name === framework);
}

function harmfulRows(text: string): [string, OperatorEffect][] {
  return rowsOf(text).map((row) => {
    const [name = '', effect, certainty, ...why] = row.split(/\s+/);
    return [name, { effect: effectWords.parse(effect), certainty: certaintyWords.parse(certainty), why: why.join(' ') }];
  });
}

function rowsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
