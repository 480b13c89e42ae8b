/** YAML tags that have loaders find and call Python objects: PyYAML's unsafe loaders, and HyperPyYAML as SpeechBrain uses it. */

import type { TextDocument } from '../engine/document.ts';
import { escapeText } from '../engine/quote.ts';
import type { Draft, ReaderTools } from '../engine/reader.ts';
import { addNamedObject, judgedPath } from './hydra-objects.ts';

const python = /^(?:tag:yaml\.org,2002:|!!?)python\/(object|object\/apply|object\/new|name|module)(?::(.{0,300}))?$/;
/** @source HyperPyYAML README: !new, !apply, !name and !module take a dotted path; !include takes a file. */
const hyper = /^!(new|apply|name|module):(.{1,300})$/;

/** @source PyYAML 6 constructor.py: python/object, /new, /apply, /name, /module; CVE-2021-37678 (Keras, architecture as YAML). */
export function readTags({ tags }: TextDocument, draft: Draft, tools: ReaderTools): void {
  for (const { tag, where } of tags) {
    const unsafe = python.exec(tag);
    if (unsafe) addPythonTag(unsafe[1] ?? '', unsafe[2] ?? '', { where, draft, tools });
    const named = hyper.exec(tag);
    const path = named?.[2] ?? '';
    if (named)
      addNamedObject(
        {
          path: named[1] === 'module' ? `${path}.` : path,
          where,
          use: 'is found and called when HyperPyYAML loads the file',
          certainty: 'proved',
        },
        draft,
        tools,
      );
  }
}

type Target = { readonly where: TextDocument['tags'][number]['where']; readonly draft: Draft; readonly tools: ReaderTools };

/** Safe loaders refuse these tags: what they do is possible, whatever they name. */
function addPythonTag(kind: string, path: string, { where, draft, tools }: Target): void {
  const { harm } = judgedPath(path, tools.tables.pickle);
  draft.operators.push({
    framework: 'config',
    domain: '',
    name: escapeText(`!!python/${kind}:${path}`.slice(0, 200)),
    known: true,
    effect: harm ?? 'exec',
    certainty: 'possible',
    detail: 'builds Python objects when an unsafe YAML loader reads it (CVE-2021-37678)',
    where,
  });
}

export function hasTelling({ tags }: TextDocument): boolean {
  return tags.some(({ tag }) => python.test(tag) || hyper.test(tag));
}
