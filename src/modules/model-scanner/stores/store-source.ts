/** Models in stores: how they are named, and what resolving a name answers. */

/** What a person names. */
export type StoreSource =
  /** `organisation/name`; revision: a branch, a tag or a commit, default `main`. */
  | { readonly hfCache: { readonly repo: string; readonly revision?: string } }
  /** A run by its id, or a registered model by `name`, `name/version` or `name@alias`; default the newest version. */
  | { readonly mlflow: { readonly run: string } | { readonly model: string } }
  /** As `ollama run` takes it: `llama3`, `llama3:8b`, `someone/model:tag`, `host/someone/model:tag`. */
  | { readonly ollama: string }
  /** Folder of the layout under a root, `/`-separated; `reference`: the tag in `index.json`, default every manifest. */
  | { readonly ociLayout: { readonly folder: string; readonly reference?: string } };

export type StoreFile = {
  /** Real path, every link resolved, inside a root. Open it without following links. */
  readonly path: string;
  /** Relative, with '/', as the library shows it: `model-00001-of-00002.safetensors`, never with `..`. */
  readonly name: string;
};

export type StoreProblem = {
  /**
   * not-found: no root holds it; ambiguous: several do, the first is taken; outside-root: a link or path leaves every root;
   * missing: a file that the store lists is not there; bad-digest: a digest that is none (CVE-2024-37032);
   * digest-mismatch: the bytes are others than the store says; broken: a manifest cannot be read; too-many: the list was cut.
   */
  readonly code: 'not-found' | 'ambiguous' | 'outside-root' | 'missing' | 'bad-digest' | 'digest-mismatch' | 'broken' | 'too-many';
  /** The file or entry it is about, as the store calls it. */
  readonly name: string;
  readonly detail: string;
};

export type ResolvedSource = { readonly files: readonly StoreFile[]; readonly problems: readonly StoreProblem[] };
