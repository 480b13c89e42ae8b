/** Argo workflows and pipelines compiled by Kubeflow: parameters that become part of a script, and what the steps' containers may do. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { readContainer, readPod } from './kubernetes-pod.ts';
import { listAt, mapAt, type Note, noteInto, type Path, textAt, textsOf, valueAt } from './pipeline-practice.ts';
import { noteShell } from './pipeline-shell.ts';

export default defineDocument({
  format: 'argo-workflow',
  role: 'config',
  syntaxes: ['yaml', 'json'],
  words: ['argoproj.io', 'deploymentSpec', 'pipelineInfo'],
  is: ({ root }) =>
    /^argoproj\.io\//.test(textAt(root, 'apiVersion') ?? '') ||
    (mapAt(root, 'deploymentSpec', 'executors') !== null && mapAt(root, 'pipelineInfo') !== null),
  read: (document, draft) => readPipeline(document, draft),
});

function readPipeline(document: TextDocument, draft: Draft): void {
  const note = noteInto(draft, 'pipeline');
  const executors = mapAt(document.root, 'deploymentSpec', 'executors');
  if (executors !== null) {
    draft.format = 'kubeflow-pipeline';
    for (const name of [...executors.keys()].slice(0, 1000)) readStep(document, ['deploymentSpec', 'executors', name, 'container'], note);
    return;
  }
  // CronWorkflow and EventSource keep the workflow one level deeper.
  for (const base of [['spec'], ['spec', 'workflowSpec']]) {
    readPod(document, base, note);
    for (const index of listAt(document.root, ...base, 'templates')
      .slice(0, 1000)
      .keys()) {
      const template: Path = [...base, 'templates', index];
      readPod(document, template, note);
      for (const part of ['container', 'script']) {
        if (mapAt(document.root, ...template, part) === null) continue;
        readContainer(document, [...template, part], {
          podUser: mapAt(document.root, ...template, 'securityContext'),
          note,
          implied: true,
        });
        readStep(document, [...template, part], note);
      }
      readInputs(document, template, note);
    }
  }
}

/** `{{inputs.parameters.x}}` of Argo, `{{$.inputs.parameters['x']}}` of Kubeflow: replaced as text before the shell reads it. */
const parameter =
  /\{\{\s*(?:=?\s*(?:inputs|workflow)\.parameters[.[][^}]{1,200}|\$\.inputs\.parameters\[[^}]{1,200}|item(?:\.[\w-]+)?|steps\.[\w-]+\.outputs\.[^}]{1,200}|tasks\.[\w-]+\.outputs\.[^}]{1,200})\}\}/;
const shells = /(^|\/)(ba|z|da|k)?sh$|(^|\/)python[0-9.]*$|(^|\/)node$/;

function readStep(document: TextDocument, path: Path, note: Note): void {
  const step = valueAt(document.root, ...path);
  const command = textsOf(valueAt(step, 'command'));
  const args = textsOf(valueAt(step, 'args'));
  const source = textAt(step, 'source');
  if (source !== null) {
    noteParameter(source, note, document.placeOf([...path, 'source']));
    noteShell(source, note, () => document.placeOf([...path, 'source']));
  }
  const line = [...command, ...args];
  const evaluates = line.findIndex((word, index) => /^-[a-z]*c$|^-e$/.test(word) && shells.test(line[index - 1] ?? ''));
  const script = evaluates < 0 ? undefined : line[evaluates + 1];
  // What stands behind the script is handed over as arguments and read by nobody.
  if (script !== undefined) noteParameter(script, note, document.placeOf([...path, args.includes(script) ? 'args' : 'command']));
}

function noteParameter(text: string, note: Note, where: ReturnType<TextDocument['placeOf']>): void {
  const match = parameter.exec(text);
  if (match)
    note({
      code: 'parameter-in-shell',
      detail: 'A parameter of the pipeline becomes part of a script before it runs.',
      text: match[0],
      where,
    });
}

function readInputs(document: TextDocument, template: Path, note: Note): void {
  for (const [index, artefact] of listAt(document.root, ...template, 'inputs', 'artifacts').entries()) {
    const address = textAt(artefact as JsonValue, 'http', 'url') ?? '';
    if (/^http:\/\/(?!localhost|127\.)/.test(address))
      note({
        code: 'plain-http-data',
        detail: 'Data is fetched over http: anyone on the way can change it.',
        text: address,
        where: document.placeOf([...template, 'inputs', 'artifacts', index]),
      });
  }
}
