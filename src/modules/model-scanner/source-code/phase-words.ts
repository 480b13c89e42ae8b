/** When a call of source happens, in a sentence. */
import type { SourceCallFact } from '../engine/artefact.ts';

const sentences: Readonly<Record<SourceCallFact['runs'], string>> = {
  'on-import': 'It runs as soon as the file is imported.',
  'when-built': 'It runs when the loader builds or calls the class it belongs to.',
  'when-called': 'It runs when somebody calls the function it stands in.',
};

export function whenItRuns(runs: SourceCallFact['runs']): string {
  return sentences[runs];
}
