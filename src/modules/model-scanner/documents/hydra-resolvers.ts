/** Interpolations of omegaconf that read the environment or run what somebody registered. */

import type { TextDocument } from '../engine/document.ts';
import { escapeText } from '../engine/quote.ts';
import type { Draft } from '../engine/reader.ts';
import type { Note, Path } from './pipeline-practice.ts';

const environment = /\$\{\s*oc\.env\s*:\s*([A-Za-z_]\w{0,200})/g;
const decoded = /\$\{\s*oc\.decode\s*:/;
/** Resolvers that people register over Python's own eval. */
const evaluated = /\$\{\s*(?:eval|py|python|exec)\s*:([^\n]{0,500})/;
const secretName = /TOKEN|SECRET|PASSW|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL/i;
const address = /^[a-z][a-z0-9+.-]{1,20}:\/\//i;
const telling = /__\w+__|\bimport\b|\b(?:os|sys|subprocess|builtins|shutil|socket)\.|\b(?:exec|eval|open|compile|getattr|globals)\s*\(/;

/** @source omegaconf 2.3, "Built-in resolvers": oc.env, oc.decode; `register_new_resolver("eval", eval)` as its issue tracker shows. */
export function readResolvers(
  text: string,
  path: Path,
  { document, draft, note }: { document: TextDocument; draft: Draft; note: Note },
): void {
  if (!text.includes('${')) return;
  const where = () => document.placeOf(path);
  const names = [...text.matchAll(environment)].map((match) => match[1] ?? '').slice(0, 20);
  if (names.length > 0) {
    const known = draft.metadata.get('environmentNames');
    const all = new Set([...(typeof known === 'string' ? known.split(', ') : []), ...names]);
    draft.metadata.set('environmentNames', [...all].join(', ').slice(0, 300));
  }
  const secret = names.find((name) => secretName.test(name));
  if (secret !== undefined && address.test(text))
    note({
      code: 'environment-in-address',
      detail: `The secret ${secret} of the environment becomes part of an address.`,
      text,
      where: where(),
    });
  if (names.length > 0 && decoded.test(text))
    note({
      code: 'environment-decoded',
      detail: 'Text of the environment is turned into values, and may name objects itself.',
      text,
      where: where(),
      certainty: 'possible',
    });
  const expression = evaluated.exec(text)?.[1];
  if (expression !== undefined && telling.test(expression))
    draft.operators.push({
      framework: 'config',
      domain: '',
      name: escapeText(text.slice(0, 120)),
      known: true,
      effect: 'exec',
      certainty: 'possible',
      detail: 'is Python for a resolver that evaluates it',
      where: where(),
    });
}
