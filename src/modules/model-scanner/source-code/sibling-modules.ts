/** Names that a file imports from other files of its repository: what they stand for there. */
import { longestModule, type SourceTree } from '../engine/source-tree.ts';
import { decodeSource } from './python-encoding.ts';
import { parsePython } from './python-parser.ts';
import type { Block } from './python-tree.ts';
import { type PythonScope, unknown, type Value } from './python-values.ts';

/** The reading that imports: where it stands, and how it begins to read another file. */
type Importer = {
  readonly path: string;
  imports(file: { readonly text: string; readonly path: string; readonly steps: number; readonly at: number }): {
    readonly module: PythonScope;
    readonly interpreter: { execute(block: Block, scope: PythonScope): unknown };
  };
};

const mostModules = 8;
const mostBytes = 2 ** 19;
const deepestImports = 6;
/** Statements and expressions of one imported module. */
const mostSteps = 15_000;
/** A module that does nothing itself is gone through for its constants, which stand in small files. */
const longestInert = 2 ** 16;
/** Trees of modules that are kept for the other files of a batch, in bytes of source. */
const mostKept = 4 * 2 ** 20;
/**
 * Words without which no value matters: neither what a file does with a name from elsewhere, nor what a function from elsewhere does.
 * Following names costs as much as reading a file again, and most files of a package have none of these.
 */
const acting =
  /\b(?:subprocess|pty|ctypes|marshal|runpy|builtins|import_module|__import__|urlopen|urlretrieve|httpx|paramiko|rmtree|b64decode|fromhex|system|popen|Popen)\b|(?<![.\w])(?:exec|eval)\s{0,4}\(|\b(?:requests|socket|pickle|cloudpickle|dill)\s{0,4}\.\s{0,4}(?:get|post|put|socket|create_connection|loads?)\b|\bos\s{0,4}\.\s{0,4}(?:system|popen|exec|spawn|fork|remove|unlink|rename|kill|chmod|startfile|posix_spawn)|from\s+os\s+import|import\s+os\s+as/;

type Module = { readonly text: string; readonly acts: boolean /** null: beyond what is kept. */; tree: Block | null };
type Kept = { readonly modules: Map<string, Module | null>; bytes: number };
/** Files that were read for one batch or archive: several of its files import the same ones. */
const keptOf = new WeakMap<SourceTree, Kept>();
/** A module without a package is looked for in the folder of the file and in those above it, as a program started there would. */
const mostFolders = 4;

/**
 * The modules that one reading has gone through, each once. What they do themselves is not told here: every file is read for itself.
 * Bounded by number, bytes, depth and steps; what lies beyond stays unknown.
 */
export class SiblingModules {
  readonly #tree: SourceTree;
  /** The file under work itself does something for which values matter. */
  readonly #acts: boolean;
  readonly #known = new Map<string, PythonScope | null>();
  #modules = 0;
  #bytes = 0;
  #depth = 0;

  /** @param text of the file under work. */
  constructor(tree: SourceTree, text: string) {
    this.#tree = tree;
    this.#acts = acting.test(text);
  }

  /**
   * @param module as written: `.conf`, `..package.names`, `conf`. @param at where the file under work imports it.
   * @returns the names of the module; null when it is no file of the repository.
   */
  scopeOf(run: Importer, module: string, at: number): PythonScope | null {
    for (const path of candidatesOf(module, run.path)) {
      // A module that is being gone through is handed out as far as it got, as Python does.
      const known = this.#known.get(path);
      if (known !== undefined && known !== null) return known;
      if (known === undefined) {
        const scope = this.#load(run, path, at);
        if (scope !== null) return scope;
      }
    }
    return null;
  }

  #load(run: Importer, path: string, at: number): PythonScope | null {
    if (this.#depth >= deepestImports || this.#modules >= mostModules || this.#bytes >= mostBytes) return null;
    const module = path === run.path ? null : moduleAt(this.#tree, path);
    if (module === null || !(module.acts || (this.#acts && module.text.length <= longestInert))) {
      this.#known.set(path, null);
      return null;
    }
    this.#modules += 1;
    this.#bytes += module.text.length;
    const inner = run.imports({ text: module.text, path, steps: mostSteps, at });
    this.#known.set(path, inner.module);
    this.#depth += 1;
    try {
      inner.interpreter.execute(module.tree ?? parsePython(module.text).body, inner.module);
    } finally {
      this.#depth -= 1;
    }
    return inner.module;
  }
}

function moduleAt(tree: SourceTree, path: string): Module | null {
  const kept = keptOf.get(tree) ?? { modules: new Map(), bytes: 0 };
  keptOf.set(tree, kept);
  const known = kept.modules.get(path);
  if (known !== undefined) return known;
  const bytes = tree.read(path);
  if (bytes === null || bytes.length > longestModule) {
    kept.modules.set(path, null);
    return null;
  }
  const { text } = decodeSource(bytes);
  const isKept = kept.bytes + text.length <= mostKept;
  if (isKept) kept.bytes += text.length;
  const module = { text, acts: acting.test(text), tree: isKept ? parsePython(text).body : null };
  if (isKept) kept.modules.set(path, module);
  return module;
}

/** What `from module import name` gives; undefined: nothing is known of it. */
export function importedValue(scope: PythonScope, name: string): Value | undefined {
  const value = scope.names.get(name);
  return value === unknown ? undefined : value;
}

function candidatesOf(module: string, from: string): string[] {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  const path = module.slice(dots).replaceAll('.', '/');
  const folders = from.split('/').slice(0, -1);
  if (dots > 0) {
    if (dots - 1 > folders.length) return [];
    return filesOf([...folders.slice(0, folders.length - (dots - 1)), path].filter((part) => part !== '').join('/'));
  }
  const found: string[] = [];
  for (let up = 0; up <= Math.min(mostFolders, folders.length); up++)
    found.push(...filesOf([...folders.slice(0, folders.length - up), path].join('/')));
  return found;
}

function filesOf(path: string): string[] {
  return path === '' ? ['__init__.py'] : [`${path}.py`, `${path}/__init__.py`];
}
