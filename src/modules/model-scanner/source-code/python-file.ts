/** One Python file into an artefact: what it does, whom it activates, and what of it was not read. */
import type { Where } from '../../../contract/finding.ts';
import { isPipelineSource, readPipelineSource } from '../documents/pipeline-dag.ts';
import { memberPlace } from '../engine/place.ts';
import type { Draft, ReaderTools } from '../engine/reader.ts';
import { bytesSource } from '../engine/source.ts';
import { activationsOf, analysePython, type SourceAnswer } from './analyse-python.ts';
import type { DecodedSource } from './python-encoding.ts';
import { SiblingModules } from './sibling-modules.ts';

type PythonFile = {
  readonly decoded: DecodedSource;
  /** Last part of its path, lower case. */
  readonly name: string;
  placeAt(offset: number, length: number): Where;
};

/** Adds the facts of the file. The role is `code` only where the source has to do with models or is hostile: any repository has scripts. */
export function readPythonFile({ decoded, name, placeAt }: PythonFile, draft: Draft, tools: ReaderTools): void {
  const text = name.endsWith('.pth') ? startupLines(decoded.text) : decoded.text;
  const places = { placeAt };
  const path = draft.where.containerPath.at(-1) ?? name;
  const siblings = tools.sources === undefined ? {} : { path, siblings: new SiblingModules(tools.sources, text) };
  const answer = analysePython({ text, tables: tools.tables.pickle, places, ...siblings });
  draft.sourceCalls.push(...answer.calls);
  draft.practices.push(...answer.practices);
  draft.activations.push(
    ...ownActivations(name, answer, draft.where),
    ...activationsOf(answer, { by: name, places, tables: tools.tables.pickle }),
  );
  for (const { bytes, at, end } of answer.embedded) {
    const { line = 1 } = placeAt(at, end - at);
    draft.members.push(tools.open(bytesSource(Buffer.from(bytes, 'latin1')), memberPlace(draft.where, `bytes unpickled in line ${line}`)));
  }
  draft.metadata.set('statements', answer.statements);
  if (isPipelineSource(text)) readPipelineSource(text, (offset, length = 0) => placeAt(offset, length), draft);
  if (usesModels(answer, tools) || answer.calls.some(({ family, disguised }) => family !== undefined || disguised)) draft.role ??= 'code';
  addDoubts(draft, decoded, answer);
}

/** What a `.pth` file in site-packages runs: only lines that start with an import. */
function startupLines(text: string): string {
  return text
    .split('\n')
    .map((line) => (/^import[ \t]/.test(line) ? line : ''))
    .join('\n');
}

function usesModels({ imported }: SourceAnswer, { tables }: ReaderTools): boolean {
  return [...imported.keys()].some((module) => tables.pickle.aiPackages.has(module.split('.')[0] ?? ''));
}

function addDoubts(draft: Draft, { hides, unread, coding }: DecodedSource, answer: SourceAnswer): void {
  const { where } = draft;
  if (unread)
    draft.unread.push({
      reason: 'unsupported',
      detail: `The file says it is written in ${String(coding).slice(0, 40)}, which is not read.`,
      where,
    });
  if (answer.cut) draft.unread.push({ reason: 'budget', detail: 'Parts of the source are nested deeper, or longer, than is read.', where });
  if (answer.broken > 0 && draft.role === 'code')
    draft.unread.push({ reason: 'unsupported', detail: `${answer.broken} lines are no Python that is read.`, where });
  if (hides) draft.sourceCalls.push(...draft.sourceCalls.splice(0).map((call) => ({ ...call, disguised: true })));
  if (answer.lookalikes.length > 0) draft.metadata.set('lookalikeNames', answer.lookalikes.length);
}

const builders = new Set(['GeneratorBasedBuilder', 'ArrowBasedBuilder', 'BeamBasedBuilder', 'DatasetBuilder']);

/** Files that a loader imports because of their name or of the class they define. */
function ownActivations(name: string, { classes }: SourceAnswer, where: Where): Draft['activations'] {
  const own = (where.containerPath.at(-1) ?? '').split(/[/\\]/).at(-1) ?? name;
  const by = conventions.get(name) ?? byPlace(where.containerPath.at(-1) ?? '') ?? byClass(name, classes);
  return by === undefined ? [] : [{ file: own, by, where }];
}

const conventions: ReadonlyMap<string, string> = new Map([
  ['hubconf.py', 'its name: torch.hub imports hubconf.py'],
  ['sitecustomize.py', 'its name: Python imports sitecustomize when it starts'],
  ['usercustomize.py', 'its name: Python imports usercustomize when it starts'],
  ...[
    'jupyter_config.py',
    'jupyter_notebook_config.py',
    'jupyter_server_config.py',
    'jupyter_lab_config.py',
    'ipython_config.py',
    'ipython_kernel_config.py',
  ].map((name) => [name, `its name: Jupyter runs ${name} when it starts here`] as const),
]);

/** Programs that run a file because of where it lies. */
function byPlace(path: string): string | undefined {
  if (/(?:^|[/\\])\.ipython[/\\]profile_[^/\\]+[/\\]startup[/\\][^/\\]+\.py$/.test(path))
    return 'its place: IPython and every Python kernel run the files of a profile’s startup folder';
  if (/(?:^|[/\\])custom_generate[/\\]generate\.py$/.test(path))
    return 'its place: transformers imports custom_generate/generate.py for generate()';
  return undefined;
}

function byClass(name: string, classes: SourceAnswer['classes']): string | undefined {
  if (name.endsWith('.pth')) return 'its name: Python runs the import lines of .pth files when it starts';
  if (name === 'handler.py' && classes.some((one) => one.name === 'EndpointHandler'))
    return 'its name: inference endpoints import handler.py';
  if (name === 'model.py' && classes.some((one) => one.name === 'TritonPythonModel'))
    return 'its name and class: Triton runs the TritonPythonModel of model.py';
  if (classes.some(({ bases }) => bases.some((base) => builders.has(base)))) return 'its class: load_dataset imports a data set’s builder';
  return undefined;
}
