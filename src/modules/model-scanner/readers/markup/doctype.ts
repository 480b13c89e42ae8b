/** What a DOCTYPE declares: entities that read files or servers, and entities that multiply. Nothing is ever expanded. */

export type EntityDeclaration = {
  readonly name: string;
  readonly isParameter: boolean;
  /** Text it stands for; null when it is read from `address`. */
  readonly value: string | null;
  readonly address: string | null;
  /** Only named to an application: no parser reads it. */
  readonly isUnparsed: boolean;
};

export type Doctype = {
  readonly root: string;
  /** External subset: read by parsers that validate. */
  readonly address: string | null;
  readonly entities: readonly EntityDeclaration[];
  /** Characters of the largest entity with everything written out; saturates at 2^53. */
  readonly expanded: number;
  readonly isCircular: boolean;
};

const mostEntities = 10_000;
const longestSubset = 4 * 2 ** 20;
const declaration =
  /<!ENTITY\s{1,100}(%\s{1,100})?([^\s%&;"'<>]{1,300})\s{1,100}(?:(?:SYSTEM|PUBLIC\s{1,100}(?:"[^"]{0,2000}"|'[^']{0,2000}'))\s{1,100}(?:"([^"]{0,4000})"|'([^']{0,4000})')|"([^"]{0,100000})"|'([^']{0,100000})')(\s{1,100}NDATA\b)?/g;
const header =
  /^\s{0,1000}([^\s[>]{1,300})(?:\s{1,1000}(?:SYSTEM|PUBLIC\s{1,100}(?:"[^"]{0,2000}"|'[^']{0,2000}'))\s{0,100}(?:"([^"]{0,4000})"|'([^']{0,4000})'))?/;

/** @param text what stands between `<!DOCTYPE` and `>`. @source XML 1.0, sections 2.8 and 4.2. */
export function parseDoctype(text: string): Doctype {
  const cut = text.slice(0, longestSubset);
  const start = header.exec(cut);
  const entities: EntityDeclaration[] = [];
  for (const match of cut.matchAll(declaration)) {
    if (entities.length >= mostEntities) break;
    const address = match[3] ?? match[4] ?? null;
    entities.push({
      name: match[2] ?? '',
      isParameter: match[1] !== undefined,
      address,
      value: address === null ? (match[5] ?? match[6] ?? '') : null,
      isUnparsed: match[7] !== undefined,
    });
  }
  const { expanded, isCircular } = expansion(entities);
  return { root: start?.[1] ?? '', address: start?.[2] ?? start?.[3] ?? null, entities, expanded, isCircular };
}

const reference = /[&%]([^\s%&;#"'<>]{1,300});/g;

/** Sizes by adding up, each entity once: the way a bomb multiplies is the way it is weighed. */
function expansion(entities: readonly EntityDeclaration[]): { expanded: number; isCircular: boolean } {
  const values = new Map(entities.map(({ name, value }) => [name, value ?? '']));
  const sizes = new Map<string, number>();
  const open = new Set<string>();
  let isCircular = false;
  for (const start of values.keys()) {
    const waiting = [start];
    while (waiting.length > 0) {
      const name = waiting.at(-1) ?? '';
      const value = values.get(name) ?? '';
      const inner = [...value.matchAll(reference)].map((match) => match[1] ?? '').filter((used) => values.has(used));
      const missing = sizes.has(name) ? undefined : inner.find((used) => !sizes.has(used));
      if (missing !== undefined && !open.has(missing)) {
        open.add(name);
        waiting.push(missing);
        continue;
      }
      if (missing !== undefined) isCircular = true;
      if (!sizes.has(name)) sizes.set(name, Math.min(2 ** 53, value.length + inner.reduce((sum, used) => sum + (sizes.get(used) ?? 0), 0)));
      open.delete(name);
      waiting.pop();
    }
  }
  return { expanded: Math.max(0, ...sizes.values()), isCircular };
}
