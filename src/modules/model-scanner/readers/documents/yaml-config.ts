/** YAML configurations that name Python objects to be built: hydra and NeMo targets, and tags that unsafe loaders run. */
import type { OperatorFact } from '../../engine/artefact.ts';
import { rangePlace } from '../../engine/place.ts';
import type { Draft, ReaderTools } from '../../engine/reader.ts';
import { namedObject } from './named-object.ts';

const mostTargets = 1000;

/** A key `_target_` in block or flow style, quoted or not, and its value on the same line. */
const target = /(["']?)_target_\1[ \t]*:[ \t]*(["']?)([A-Za-z_][\w.]{0,300})\2/g;

/** @source hydra `instantiate`; CVE-2025-23304 (NeMo), CVE-2026-22584 (Uni2TS). */
export function readTargets(text: string, draft: Draft, { tables }: ReaderTools): void {
  const found = [...text.matchAll(target)].slice(0, mostTargets);
  const mentioned = text.split('_target_').length - 1;
  draft.metadata.set('targets', mentioned);
  // Anchors, escapes and values on the next line are YAML too: what this reading does not understand is not read.
  if (found.length < mentioned)
    draft.unread.push({
      reason: 'unsupported',
      detail: `${mentioned - found.length} uses of _target_ are written in a way that is not read.`,
      where: draft.where,
    });
  for (const match of found) {
    const path = match[3] ?? '';
    const module = path.slice(0, Math.max(0, path.lastIndexOf('.')));
    const name = path.slice(path.lastIndexOf('.') + 1);
    const { harm, ordinary, standardLibrary } = namedObject(module, name, tables.pickle);
    const fact = (effect: OperatorFact['effect'], certainty: OperatorFact['certainty'], detail: string, known = true) =>
      draft.operators.push({
        framework: 'config',
        domain: module,
        name,
        known,
        effect,
        certainty,
        detail,
        where: rangePlace(draft.where, Buffer.byteLength(text.slice(0, match.index)), match[0].length),
      });
    if (harm !== null) fact(harm, 'proved', 'is called when the configuration is instantiated (CVE-2025-23304)');
    else if (!ordinary && standardLibrary)
      fact('exec', 'possible', 'of the standard library is called when the configuration is instantiated');
    else if (!ordinary) fact('none', 'possible', 'is called when the configuration is instantiated', false);
  }
}

export function readTags(text: string, draft: Draft): void {
  const at = text.search(/!!python\/(object|name|module)/);
  if (at < 0) return;
  const line = text.slice(at, at + 200).split('\n', 1)[0] ?? '';
  draft.operators.push({
    framework: 'config',
    domain: '',
    name: line.slice(0, 120),
    known: true,
    effect: 'exec',
    certainty: 'possible',
    detail: 'builds Python objects when an unsafe YAML loader reads it (CVE-2021-37678)',
    where: rangePlace(draft.where, Buffer.byteLength(text.slice(0, at)), line.length),
  });
}
