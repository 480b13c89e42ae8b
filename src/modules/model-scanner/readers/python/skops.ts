/** skops schemas: a tree of nodes that name a class, its module and the loader that rebuilds it. */
import type { OperatorFact } from '../../engine/artefact.ts';
import type { Draft, ReaderTools } from '../../engine/reader.ts';
import { namedObject } from '../documents/named-object.ts';
import type { JsonObject, JsonValue } from '../parts/json-tokens.ts';

export function isSkopsSchema(root: JsonObject): boolean {
  return (
    typeof root.get('__loader__') === 'string' && typeof root.get('__class__') === 'string' && typeof root.get('__module__') === 'string'
  );
}

/**
 * Every node at any depth, whatever key it hides under.
 * @source skops.io 0.11 to 0.14, the loader classes; CVE-2025-54412 (operator nodes) and CVE-2025-54413 (method nodes).
 */
export function readSkopsSchema(root: JsonObject, draft: Draft, tools: ReaderTools): void {
  draft.format = 'skops-schema';
  draft.role = 'model';
  const name = root.get('__class__');
  if (typeof name === 'string') draft.metadata.set('class_name', name.slice(0, 200));
  const waiting: JsonValue[] = [root];
  let nodes = 0;
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (Array.isArray(value)) for (const item of value) waiting.push(item);
    if (!(value instanceof Map)) continue;
    for (const inner of value.values()) waiting.push(inner);
    if (isSkopsSchema(value)) nodes += 1;
    for (const named of namesOf(value)) {
      const fact = judge(named, draft, tools);
      if (fact) draft.operators.push(fact);
    }
  }
  draft.metadata.set('nodes', nodes);
}

type Named = { readonly loader: string; readonly module: string; readonly name: string };

/** The names a node has its loader import: its own, and in the content of types and functions of older versions another. */
function namesOf(node: JsonObject): readonly Named[] {
  const text = (key: string): string | null => {
    const value = node.get(key);
    return typeof value === 'string' ? value.slice(0, 300) : null;
  };
  const [module, name, path, called] = [text('__module__'), text('__class__'), text('module_path'), text('function')];
  return [
    ...(module !== null && name !== null ? [{ loader: text('__loader__') ?? 'TypeNode', module, name }] : []),
    ...(path !== null && called !== null ? [{ loader: 'FunctionNode', module: path, name: called }] : []),
  ];
}

function judge({ loader, module, name }: Named, draft: Draft, { tables }: ReaderTools): OperatorFact | null {
  const fact = (effect: OperatorFact['effect'], certainty: OperatorFact['certainty'], detail: string, known = true): OperatorFact => ({
    framework: 'skops',
    domain: module,
    name,
    known,
    effect,
    certainty,
    detail,
    where: draft.where,
  });
  if (loader === 'OperatorFuncNode') {
    const getter = module === 'operator' && ['attrgetter', 'itemgetter', 'methodcaller'].includes(name);
    return fact(
      'exec',
      getter && name !== 'methodcaller' ? 'possible' : 'proved',
      'calls a function of the operator module with stored arguments (CVE-2025-54412)',
    );
  }
  if (loader === 'MethodNode') return fact('exec', 'possible', 'binds a method by name, which may lead anywhere (CVE-2025-54413)');
  const { harm, ordinary, standardLibrary } = namedObject(module, name, tables.pickle);
  if (harm !== null) return fact(harm, loader === 'TypeNode' ? 'possible' : 'proved', `is rebuilt by the loader ${loader}`);
  if (ordinary) return null;
  if (standardLibrary)
    return fact('exec', 'possible', `of the standard library is rebuilt by the loader ${loader}, which models do not need`);
  return fact('none', 'possible', 'is a class of a package outside the known ones', false);
}
