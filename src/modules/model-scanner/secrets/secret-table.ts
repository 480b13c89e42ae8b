/** What secrets look like: plain data of the catalog that crosses to worker threads, and its compiled form. */

/** A secret with a prefix of its own. */
export type SecretShape = {
  readonly id: string;
  readonly title: string;
  readonly prefix: string;
  /** Linear; the whole value. */
  readonly pattern: string;
  /** Bits per character behind the prefix. */
  readonly minEntropy: number;
  readonly checksum?: 'crc32-base62' | undefined;
  readonly structure?: 'json-web-token' | undefined;
  /** The shape is too common to prove anything. */
  readonly certainty?: 'possible' | undefined;
};

/** A secret known by the name it is assigned to. */
export type SecretName = {
  readonly id: string;
  readonly title: string;
  /** Lower case, words joined by `_`; the end of a name counts. */
  readonly names: readonly string[];
  readonly value: string;
  readonly minEntropy: number;
  readonly structure?: 'user-and-password' | undefined;
};

export type SecretTable = { readonly shapes: readonly SecretShape[]; readonly names: readonly SecretName[] };

export type CompiledShape = SecretShape & { readonly expression: RegExp };
export type CompiledName = SecretName & { readonly expression: RegExp };

/** One thing whose first bytes lead to a closer look. */
export type Lead =
  | { readonly kind: 'shape'; readonly start: string; readonly shape: CompiledShape }
  | { readonly kind: 'name'; readonly start: string }
  | { readonly kind: 'address'; readonly start: string };

export type CompiledSecrets = {
  /** By the first two bytes, little-endian: 1 where some lead begins so. */
  readonly pairs: Uint8Array;
  readonly leads: ReadonlyMap<number, readonly Lead[]>;
  /** How often the first byte of a lead is repeated at its beginning, at most. */
  readonly longestRepeat: number;
  readonly names: readonly CompiledName[];
};

/** Parts of names that secrets are assigned to; lower case. */
const nameParts = ['key', 'token', 'secret', 'passw', 'passphrase', 'pwd', 'credential', 'auth', 'bearer'] as const;

const compiled = new WeakMap<SecretTable, CompiledSecrets>();

/** Compiled once for each table and thread. */
export function compiledSecrets(table: SecretTable): CompiledSecrets {
  const known = compiled.get(table);
  if (known) return known;
  const made = compile(table);
  compiled.set(table, made);
  return made;
}

function compile({ shapes, names }: SecretTable): CompiledSecrets {
  const pairs = new Uint8Array(65_536);
  const leads = new Map<number, Lead[]>();
  const add = (first: string, lead: Lead) => {
    const pair = first.charCodeAt(0) | (first.charCodeAt(1) << 8);
    pairs[pair] = 1;
    leads.set(pair, [...(leads.get(pair) ?? []), lead]);
  };
  for (const shape of shapes) {
    const lead: Lead = { kind: 'shape', start: shape.prefix, shape: { ...shape, expression: new RegExp(`(?:${shape.pattern})`, 'y') } };
    add(shape.prefix, lead);
  }
  for (const start of nameParts) for (const first of casesOf(start)) add(first, { kind: 'name', start });
  add('://', { kind: 'address', start: '://' });
  const longestRepeat = Math.max(1, ...shapes.map(({ prefix }) => prefix.search(/(.)(?!\1)/s) + 1));
  return { pairs, leads, longestRepeat, names: names.map((name) => ({ ...name, expression: new RegExp(`^(?:${name.value})$`) })) };
}

/** The first two letters in each mixture of cases. */
function casesOf(word: string): string[] {
  const [a = '', b = ''] = word;
  return [a + b, a + b.toUpperCase(), a.toUpperCase() + b, a.toUpperCase() + b.toUpperCase()];
}
