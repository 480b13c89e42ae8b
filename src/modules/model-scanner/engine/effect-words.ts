/** What an effect means to a person. */
import type { Effect } from '../../../contract/finding.ts';

const sentences: Readonly<Record<Effect, string>> = {
  exec: 'executes code or a command of the file’s author',
  'fs-read': 'reads files outside the artefact',
  'fs-write': 'writes, moves or deletes files',
  net: 'talks to another host',
  'native-load': 'loads a native library',
  'nested-load': 'loads further bytes as code',
  dos: 'exhausts memory, disk or time',
  none: 'has no effect outside the artefact',
};

export function effectSentence(effect: Effect): string {
  return sentences[effect];
}
