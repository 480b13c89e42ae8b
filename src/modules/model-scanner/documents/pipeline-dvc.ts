/** DVC pipelines and pointers, and MLflow projects: commands, where data comes from, the image they run in. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { runtimeSocket } from './compose.ts';
import { imageFixity, listAt, mapAt, type Note, noteInto, type Path, plainText, textAt, textsOf, valueAt } from './pipeline-practice.ts';
import { noteServerCommand } from './pipeline-server.ts';
import { noteShell } from './pipeline-shell.ts';

export default defineDocument({
  format: 'pipeline',
  role: 'config',
  syntaxes: ['yaml'],
  names: /^(dvc\.ya?ml|mlproject|mlproject\.ya?ml|.{1,200}\.dvc)$/,
  is: ({ root, name }) =>
    (name.startsWith('dvc.') && mapAt(root, 'stages') !== null) ||
    (name.endsWith('.dvc') && listAt(root, 'outs').length > 0) ||
    (name.startsWith('mlproject') && root instanceof Map),
  read: (document, draft) => readPipeline(document, draft),
});

function readPipeline(document: TextDocument, draft: Draft): void {
  const note = noteInto(draft, 'pipeline');
  draft.format = document.name.startsWith('mlproject') ? 'mlflow-project' : 'dvc';
  for (const name of [...(mapAt(document.root, 'stages')?.keys() ?? [])].slice(0, 1000)) readStage(document, ['stages', name], note);
  for (const [index, dependency] of listAt(document.root, 'deps').entries())
    noteAddress(textAt(dependency, 'path'), note, document.placeOf(['deps', index]));
  if (draft.format === 'mlflow-project') readProject(document, note);
}

function readStage(document: TextDocument, path: Path, note: Note): void {
  const stage = valueAt(document.root, ...path);
  const where = document.placeOf([...path, 'cmd']);
  for (const command of [...textsOf(valueAt(stage, 'cmd')), ...textsOf(valueAt(stage, 'do', 'cmd'))]) {
    noteShell(command, note, () => where);
    noteServerCommand(command, note, { where });
    noteEvaluated(command, /\$\{[\w.[\]-]{1,200}\}/, note, where);
  }
  for (const [index, dependency] of listAt(stage, 'deps').entries()) {
    const written =
      plainText(dependency) ??
      [...((dependency as JsonValue) instanceof Map ? (dependency as Map<string, JsonValue>).keys() : [])][0] ??
      null;
    noteAddress(written, note, document.placeOf([...path, 'deps', index]));
  }
}

function noteAddress(address: string | null, note: Note, where: ReturnType<TextDocument['placeOf']>): void {
  if (address !== null && /^http:\/\/(?!localhost|127\.)/.test(address))
    note({ code: 'plain-http-data', detail: 'Data is fetched over http: anyone on the way can change it.', text: address, where });
}

/** A parameter inside text that a second interpreter evaluates; outside of it the tools quote. */
function noteEvaluated(command: string, parameter: RegExp, note: Note, where: ReturnType<TextDocument['placeOf']>): void {
  const evaluated = /\b(?:eval|(?:ba|z|da)?sh\s+-c|python3?\s+-c|node\s+-e)\s[^\n]{0,500}/.exec(command)?.[0] ?? '';
  if (parameter.test(evaluated))
    note({
      code: 'parameter-in-shell',
      detail: 'A parameter of the pipeline becomes part of a script before it runs.',
      text: evaluated,
      where,
    });
}

function readProject(document: TextDocument, note: Note): void {
  for (const name of [...(mapAt(document.root, 'entry_points')?.keys() ?? [])].slice(0, 200)) {
    const command = textAt(document.root, 'entry_points', name, 'command');
    if (command === null) continue;
    const where = document.placeOf(['entry_points', name, 'command']);
    noteShell(command, note, () => where);
    noteServerCommand(command, note, { where });
    noteEvaluated(command, /\{\w{1,100}\}/, note, where);
  }
  const image = textAt(document.root, 'docker_env', 'image');
  if (image !== null && imageFixity(image) === 'latest')
    note({
      code: 'mutable-image',
      detail: 'The project runs in whatever image is newest.',
      text: image,
      where: document.placeOf(['docker_env', 'image']),
    });
  for (const [index, volume] of textsOf(valueAt(document.root, 'docker_env', 'volumes')).entries())
    if (runtimeSocket.test(volume.split(':')[0] ?? ''))
      note({
        code: 'runtime-socket',
        detail: 'The project commands the host’s container runtime.',
        text: volume,
        where: document.placeOf(['docker_env', 'volumes', index]),
      });
}
