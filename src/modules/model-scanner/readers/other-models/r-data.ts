/** R's saved objects (RDS and RData; compressed ones are unpacked by their own reader): data stays data, code is named. */
import { rangePlace } from '../../engine/place.ts';
import {
  broken,
  type Draft,
  defineReader,
  draftArtefact,
  type Glance,
  guarded,
  MalformedBytes,
  type ReaderTools,
} from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import type { GraphOperators } from '../../engine/tables.ts';
import { type REncoding, rInput } from './r-input.ts';
import { type RFinding, RWalk } from './r-walk.ts';

const latin1 = new TextDecoder('latin1');

export default defineReader({
  format: 'r-data',
  certain: (glance) => startOf(glance.head) !== null,
  read: (source, where, tools) => {
    const start = startOf(source.read(0, 64));
    if (!start) return null;
    const draft = draftArtefact(start.isWorkspace ? 'r-workspace' : 'r-data', where, source.size);
    draft.role = 'model';
    guarded(draft, () => readObjects(source, start, draft, tools));
    return draft;
  },
});

/** `R`, `X`, `A`, `B`: most files end here. */
const firstLetters = new Set([0x52, 0x58, 0x41, 0x42]);

type Start = { readonly at: number; readonly encoding: REncoding; readonly isWorkspace: boolean };

/** `X\n`, `B\n` or `A\n` and a version of 2 or 3; workspaces have `RDX3\n` and the like before it. */
function startOf(head: Glance['head']): Start | null {
  if (!firstLetters.has(head[0] ?? 0)) return null;
  const text = latin1.decode(head.subarray(0, 64));
  const isWorkspace = /^RD[XAB][23]\n/.test(text);
  const at = isWorkspace ? 5 : 0;
  const rest = text.slice(at);
  const version = (bytes: string) => bytes === '\0\0\0\u0002' || bytes === '\0\0\0\u0003';
  if (rest.startsWith('X\n') && version(rest.slice(2, 6))) return { at: at + 2, encoding: 'xdr', isWorkspace };
  if (rest.startsWith('B\n') && version([...rest.slice(2, 6)].reverse().join(''))) return { at: at + 2, encoding: 'native', isWorkspace };
  return /^A\n[23]\n\d{5,7}\n/.test(rest) ? { at: at + 2, encoding: 'ascii', isWorkspace } : null;
}

function readObjects(source: ByteSource, { at, encoding }: Start, draft: Draft, tools: ReaderTools): void {
  const input = rInput(source, at, encoding);
  const version = input.integer();
  const writer = input.integer();
  input.integer();
  draft.metadata.set('version', version);
  draft.metadata.set('written_by', `R ${(writer >> 16) & 255}.${(writer >> 8) & 255}.${writer & 255}`);
  draft.metadata.set('encoding', encoding);
  if (version === 3) {
    const length = input.integer();
    if (length < 0 || length > 64) throw new MalformedBytes('r-header', input.at, `the name of a text encoding has ${length} bytes`);
    input.text(length);
  }
  const walk = new RWalk(input, () => tools.budget.checkTime());
  try {
    walk.all();
  } finally {
    addFacts(walk, draft, tools);
  }
  const left = source.size - input.at;
  if (left > 0 && !(encoding === 'ascii' && left <= 2))
    draft.anomalies.push(broken('r-trailing', `${left} bytes follow the object.`, rangePlace(draft.where, input.at, left)));
}

function addFacts({ findings, packages }: RWalk, draft: Draft, tools: ReaderTools): void {
  if (packages.size > 0) draft.metadata.set('packages', [...packages].join(', ').slice(0, 300));
  const table = tools.tables.operators.graphs.get('r') ?? { harmful: new Map(), known: new Set() };
  const seen = new Set<string>();
  // A promise of plain data is evaluated when the object is touched: what it calls is then proved.
  const runsByItself = findings.some(({ kind, context }) => kind === 'promise' && context === 'data');
  for (const finding of findings) {
    const operator = operatorOf(finding, table, runsByItself);
    if (!operator || seen.has(operator.name)) continue;
    seen.add(operator.name);
    draft.operators.push({ framework: 'r', domain: '', ...operator, where: rangePlace(draft.where, finding.at) });
  }
}

type Named = Pick<Draft['operators'][number], 'name' | 'known' | 'effect' | 'certainty' | 'detail'>;

/** Compact forms that R itself writes. Those that begin with `mmap` open a file by path. */
const ownCompact = /^(compact_(int|real)seq|deferred_string|wrap_\w+)$/;
/** Packages that stand before `::`. */
const basePackages = new Set(['base', 'stats', 'utils', 'methods', 'splines', 'graphics', 'grDevices', 'datasets', 'tools', 'parallel']);

function operatorOf({ kind, name, context }: RFinding, table: GraphOperators, runsByItself: boolean): Named | null {
  switch (kind) {
    case 'promise':
      return {
        name: 'promise',
        known: true,
        effect: 'exec',
        certainty: context === 'data' ? 'proved' : 'possible',
        detail: 'is an expression that R evaluates as soon as the object is used (CVE-2024-27322)',
      };
    case 'closure':
      return code('closure', 'is a function stored in the file');
    case 'byte-code':
      return code('byte code', 'is a compiled function stored in the file, which need not be what its source says');
    case 'external-pointer':
      return { ...code('external pointer', 'is handed to compiled code as if it were an address'), effect: 'native-load' };
    case 'weak-reference':
      return code('weak reference', 'may hold a function that runs when it is cleared');
    case 'altrep':
      return compact(name);
    case 'builtin':
      return table.harmful.has(name) ? { ...code(name, 'is a function of the interpreter itself') } : null;
    case 'call':
      return call(name, context, table, runsByItself);
  }
}

function code(name: string, detail: string): Named {
  return { name, known: true, effect: 'exec', certainty: 'possible', detail };
}

function compact(name: string): Named | null {
  if (name === 'base' || ownCompact.test(name)) return null;
  if (/^mmap_/.test(name)) return { ...code(name, 'maps a file by its path'), effect: 'fs-read' };
  return {
    name: name.slice(0, 200),
    known: false,
    effect: 'none',
    certainty: 'possible',
    detail: 'a compact vector of another package, whose code restores it',
  };
}

function call(name: string, context: RFinding['context'], table: GraphOperators, runsByItself: boolean): Named | null {
  const proved = context === 'promise' && runsByItself;
  const harm = table.harmful.get(name);
  const shown = name.slice(0, 200);
  if (harm)
    return {
      name: shown,
      known: true,
      effect: harm.effect,
      certainty: proved ? 'proved' : 'possible',
      detail: `is called in a stored expression: it ${harm.why}`,
    };
  // Functions are reported as such: only in expressions that stand as data does every call count.
  if (context === 'code' || context === 'promise' || table.known.has(name) || basePackages.has(name)) return null;
  return { name: shown, known: true, effect: 'exec', certainty: 'unknown', detail: 'is called in a stored expression' };
}
