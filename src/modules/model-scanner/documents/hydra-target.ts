/** Configurations that name Python objects to be built: hydra, omegaconf and NeMo targets, jsonargparse class paths, YAML tags. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { type Draft, MalformedBytes, type ReaderTools } from '../engine/reader.ts';
import type { JsonObject, JsonValue } from '../readers/parts/json-tokens.ts';
import { parseYaml } from '../readers/parts/yaml-values.ts';
import { addNamedObject, dottedPath } from './hydra-objects.ts';
import { readResolvers } from './hydra-resolvers.ts';
import { hasTelling, readTags } from './hydra-tags.ts';
import { holdsObject, walkDocument } from './hydra-walk.ts';
import { noteInto, type Path } from './pipeline-practice.ts';

const prose = /\.(py|md|rst|txt|ipynb|html|js|ts)$/;
const instantiated = 'is called when the configuration is instantiated (CVE-2025-23304, CVE-2026-22584)';
/** Functions that find another object by the text they are given. */
const finders =
  /^(?:hydra\.utils\.(?:get_method|get_class|get_object|get_static_method|call|instantiate)|importlib\.import_module|pydoc\.locate|pkgutil\.resolve_name)$/;

export default defineDocument({
  format: 'yaml',
  role: 'config',
  syntaxes: ['json', 'yaml', 'text'],
  words: [
    '_target_',
    'class_path',
    'nemo_version',
    'python/object',
    'python/name',
    'python/module',
    'yaml.org,2002:python',
    '!new:',
    '!apply:',
    '!name:',
    '!module:',
    // omegaconf's own interpolations, not JavaScript's.
    ...['oc.env', 'oc.decode', 'eval:'].map((resolver) => `\${${resolver}`),
  ],
  is: (document) => {
    if (prose.test(document.name)) return false;
    if (document.syntax === 'text') return isUnparsed(document);
    return (
      hasTelling(document) ||
      holdsObject(document.root, isTelling) ||
      (/\.ya?ml$/.test(document.name) && /\$\{\s*(?:oc\.|eval:)/.test(document.text))
    );
  },
  read: (document, draft, tools) => {
    if (document.syntax === 'text') {
      readUnparsed(document, draft, tools);
      return;
    }
    readTags(document, draft, tools);
    const note = noteInto(draft, 'repository');
    let targets = 0;
    walkDocument(document.root, {
      object: (value, path) => {
        targets += readObject(value, path, { document, draft, tools });
      },
      text: (text, path) => readResolvers(text, path, { document, draft, note }),
    });
    if (targets > 0) draft.metadata.set('targets', targets);
  },
});

function isTelling(value: JsonObject): boolean {
  return (
    typeof value.get('_target_') === 'string' ||
    value.has('nemo_version') ||
    (typeof value.get('class_path') === 'string' && value.has('init_args'))
  );
}

type Reading = { readonly document: TextDocument; readonly draft: Draft; readonly tools: ReaderTools };

/** @returns how many objects it names. @source hydra `instantiate`; NeMo `Serialization.from_config_dict` (`target`); jsonargparse `class_path`. */
function readObject(value: JsonObject, path: Path, reading: Reading): number {
  const uses: readonly (readonly [string, string])[] = [
    ['_target_', value.get('_partial_') === true ? instantiated.replace('is called', 'is kept for calling') : instantiated],
    ...(value.has('nemo_version') || value.has('cfg') ? ([['target', instantiated]] as const) : []),
    ...(value.has('init_args') ? ([['class_path', 'is built by a command-line loader that reads the configuration']] as const) : []),
  ];
  let count = 0;
  for (const [key, use] of uses) {
    const named = value.get(key);
    if (typeof named !== 'string') continue;
    count += 1;
    addTarget({ value, key, named, use, path: [...path, key] }, reading);
  }
  return count;
}

type Target = { readonly value: JsonObject; readonly key: string; readonly named: string; readonly use: string; readonly path: Path };

function addTarget({ value, key, named, use, path }: Target, { document, draft, tools }: Reading): void {
  const where = document.placeOf(path);
  const certainty = key === 'class_path' ? 'possible' : 'proved';
  addNamedObject({ path: named.trim(), where, use, certainty }, draft, tools);
  if (!finders.test(named.trim())) return;
  for (const text of [value.get('path'), value.get('name'), ...arrayOf(value.get('_args_'))])
    if (typeof text === 'string' && /^[\w.]+$/.test(text))
      addNamedObject(
        {
          path: text,
          where,
          use: `is what ${named.trim()} finds when the configuration is instantiated (CVE-2025-23304)`,
          certainty: 'proved',
        },
        draft,
        tools,
      );
}

function arrayOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** Text that our parser refuses and another one may take. */
function isUnparsed({ name, text }: TextDocument): boolean {
  if (!/\.ya?ml$/.test(name) || !/_target_|!!python|python\//.test(text)) return false;
  try {
    parseYaml(text);
    return false;
  } catch (error) {
    return error instanceof MalformedBytes;
  }
}

const target = /(["']?)_target_\1[ \t]{0,20}:[ \t]{0,20}(["']?)([A-Za-z_][\w.]{0,300})\2/g;

/** A second look by pattern: enough to name what stands there plainly, and the file stays incomplete. */
function readUnparsed({ text, placeAt }: TextDocument, draft: Draft, tools: ReaderTools): void {
  draft.unread.push({
    reason: 'reader-failed',
    detail: 'The file names Python objects and is no YAML that is read here.',
    where: draft.where,
  });
  for (const match of [...text.matchAll(target)].slice(0, 1000)) {
    const path = match[3] ?? '';
    if (dottedPath.test(path))
      addNamedObject({ path, where: placeAt(match.index, match[0].length), use: instantiated, certainty: 'proved' }, draft, tools);
  }
  const tag = /!!python\/(?:object|name|module)[^\s,\]}]{0,200}/.exec(text);
  if (tag)
    draft.operators.push({
      framework: 'config',
      domain: '',
      name: tag[0].slice(0, 120),
      known: true,
      effect: 'exec',
      certainty: 'possible',
      detail: 'builds Python objects when an unsafe YAML loader reads it (CVE-2021-37678)',
      where: placeAt(tag.index, tag[0].length),
    });
}
