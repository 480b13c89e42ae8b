/** TorchScript: the subset of Python that torch compiles, as it is stored in `code/`. Which operators it calls outside the tensors. */
import type { Where } from '../../../contract/finding.ts';
import type { OperatorFact } from '../engine/artefact.ts';
import { quote } from '../engine/quote.ts';
import { parsePython } from './python-parser.ts';
import type { Block, Expression, Statement } from './python-tree.ts';

type Effect = Pick<OperatorFact, 'effect' | 'certainty'> & { readonly detail: string };

/** By operator. @source registrations in the PyTorch sources: aten, prim and the namespaces of `torch.ops`. */
const outside: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ['aten::save', { effect: 'fs-write', certainty: 'possible', detail: 'writes a file whose name the program chooses' }],
  ['aten::from_file', { effect: 'fs-read', certainty: 'possible', detail: 'maps a file into a tensor, and may create it' }],
  ['aten::_load', { effect: 'nested-load', certainty: 'possible', detail: 'loads another file' }],
  ['aten::load', { effect: 'nested-load', certainty: 'possible', detail: 'loads another file' }],
  ['aten::classes::load_library', { effect: 'native-load', certainty: 'proved', detail: 'loads a native library' }],
  ['prim::PythonOp', { effect: 'exec', certainty: 'possible', detail: 'calls a Python function that is not part of the file' }],
  ['prim::CallFunction', { effect: 'exec', certainty: 'possible', detail: 'calls a function by a value' }],
  ['prim::fork', { effect: 'none', certainty: 'proved', detail: '' }],
  ['prim::rpc_async', { effect: 'net', certainty: 'possible', detail: 'calls a function on another host' }],
  ['prim::rpc_sync', { effect: 'net', certainty: 'possible', detail: 'calls a function on another host' }],
  ['prim::rpc_remote', { effect: 'net', certainty: 'possible', detail: 'calls a function on another host' }],
  ['image::read_file', { effect: 'fs-read', certainty: 'possible', detail: 'reads a file whose name the program chooses' }],
  ['image::write_file', { effect: 'fs-write', certainty: 'possible', detail: 'writes a file whose name the program chooses' }],
  ['video::read_video_from_file', { effect: 'fs-read', certainty: 'possible', detail: 'reads a file whose name the program chooses' }],
]);

/** Namespaces that torch, torchvision and torchaudio register themselves. */
const known = new Set(
  'aten prim torch quantized quantized_decomposed torchvision torchaudio image video onnx mkldnn mkldnn_prepacked xnnpack prepacked sparse cuda static_runtime vulkan vulkan_prepack metal metal_prepack inductor profiler rand rngprim nvprims _caffe2 _quantized fb fbgemm c10d c10d_functional _c10d_functional dist torch_scatter torch_sparse torch_cluster torchtext debugprims primTorch prims higher_order symm_mem'.split(
    ' ',
  ),
);

const mostFacts = 100;

/**
 * @param placeAt of a character offset in the source.
 * @returns one fact for each call that leaves the tensors or needs an operator that torch does not bring; in order.
 */
export function torchScriptFacts(
  source: string,
  placeAt: (offset: number, length: number) => Where,
): { readonly operators: OperatorFact[]; readonly cut: boolean } {
  const module = parsePython(source);
  const operators: OperatorFact[] = [];
  for (const call of callsIn(module.body)) {
    if (operators.length >= mostFacts) break;
    const found = factOf(call.callee);
    const fact = found ? withPath(found, call) : null;
    if (fact) operators.push({ ...fact, framework: 'torchscript', where: placeAt(call.at, call.callee.end - call.at) });
  }
  return { operators, cut: module.cut || module.broken > 0 };
}

type CallExpression = Expression & { readonly kind: 'call' };

function factOf(callee: Expression): Omit<OperatorFact, 'framework' | 'where'> | null {
  if (callee.kind === 'name' && callee.id.startsWith('^')) return operatorFact('prim::PythonOp', ` (${callee.id.slice(1, 80)})`);
  const path = pathOf(callee);
  if (path === null) return null;
  const [first = '', second = '', ...rest] = path;
  if (first === 'torch' && second === 'ops') return registered(rest[0] ?? '', rest.slice(1).join('::'));
  if (first === 'ops') return registered(second, rest.join('::'));
  if (first === 'torch' && rest.length === 0) return operatorFact(`aten::${second}`);
  return first === 'torch' && second === 'classes' ? operatorFact('aten::classes::load_library') : null;
}

function registered(namespace: string, name: string): Omit<OperatorFact, 'framework' | 'where'> | null {
  if (namespace === 'load_library') return operatorFact('aten::classes::load_library');
  const fact = operatorFact(`${namespace}::${name}`) ?? (name === 'PythonOp' ? operatorFact('prim::PythonOp') : null);
  if (fact || known.has(namespace) || name === '') return fact;
  const detail = 'The program needs an operator that torch does not bring: a native library has to be loaded for it.';
  return {
    domain: namespace.slice(0, 200),
    name: `${namespace}::${name}`.slice(0, 300),
    known: false,
    effect: 'none',
    certainty: 'proved',
    detail,
  };
}

function operatorFact(name: string, more = ''): Omit<OperatorFact, 'framework' | 'where'> | null {
  const fact = outside.get(name);
  if (!fact || fact.effect === 'none') return null;
  const { effect, certainty, detail } = fact;
  return { domain: name.slice(0, name.indexOf(':')), name, known: true, effect, certainty, detail: `${detail}${more}` };
}

const outsidePath = /^(\/|~|[A-Za-z]:[\\/]|\\\\|\.\.[\\/])/;

/** A path that stands in the program is certain; one that it is given is not. */
function withPath<T extends Omit<OperatorFact, 'framework' | 'where'>>(fact: T, { args }: CallExpression): T {
  const path = args.map(({ value }) => (value.kind === 'text' ? value.value : '')).find((text) => outsidePath.test(text));
  if (path === undefined || !fact.effect.startsWith('fs-')) return fact;
  return { ...fact, certainty: 'proved', detail: `${fact.detail}: ${quote(path, 100)}` };
}

/** `ops.aten.save` as its words. */
function pathOf(expression: Expression): string[] | null {
  const words: string[] = [];
  let part = expression;
  while (part.kind === 'attribute' && words.length < 12) {
    words.unshift(part.name);
    part = part.of;
  }
  if (part.kind !== 'name') return null;
  return [part.id, ...words];
}

/** Every call in a tree, without recursion. */
function callsIn(block: Block): CallExpression[] {
  const calls: CallExpression[] = [];
  const waiting: (Statement | Expression)[] = [...block];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === 'call') calls.push(node);
    for (const value of Object.values(node)) push(value, waiting, 0);
  }
  return calls.sort((a, b) => a.at - b.at);
}

function push(value: unknown, waiting: (Statement | Expression)[], depth: number): void {
  if (typeof value !== 'object' || value === null || depth > 3) return;
  if (Array.isArray(value)) for (const item of value) push(item, waiting, depth + 1);
  else if ('kind' in value) waiting.push(value as Statement | Expression);
  else for (const item of Object.values(value)) push(item, waiting, depth + 1);
}
