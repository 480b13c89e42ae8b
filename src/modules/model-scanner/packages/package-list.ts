/** What a manifest or lockfile says, gathered into facts: names normalised, texts bounded, credentials removed. */
import type { Where } from '../../../contract/finding.ts';
import type { PackageFact, PracticeFact } from '../engine/artefact.ts';
import type { TextDocument } from '../engine/document.ts';
import type { Draft, ReaderTools } from '../engine/reader.ts';
import { normalPackageName, packageUrl } from './package-url.ts';
import { similarPackage } from './similar-name.ts';

export type NamedPackage = Partial<Omit<PackageFact, 'purl' | 'where'>> & Pick<PackageFact, 'ecosystem' | 'name'>;

const longest = { name: 214, version: 200, requirement: 500, digest: 300, origin: 500 } as const;
const mostPackages = 50_000;
/** Of one kind in one file: the hundredth line of the same says nothing new. */
const mostPractices = 20;

export class PackageList {
  readonly #draft: Draft;
  readonly #tools: ReaderTools;
  readonly #practices = new Map<string, number>();
  count = 0;

  constructor(draft: Draft, tools: ReaderTools) {
    this.#draft = draft;
    this.#tools = tools;
  }

  /** Names that no registry would take are left out: they install nothing. */
  add(found: NamedPackage, where: Where): void {
    const name = normalPackageName(found.ecosystem, found.name.trim());
    if (name === '' || name.length > longest.name || /[\s\p{Cc}]/u.test(name)) return;
    if (this.count === mostPackages)
      this.#draft.unread.push({ reason: 'budget', detail: `Packages beyond ${mostPackages} were not read.`, where });
    this.count += 1;
    if (this.count > mostPackages) return;
    const version = cut(found.version, longest.version);
    const fact: PackageFact = {
      ecosystem: found.ecosystem,
      name,
      version,
      requirement: cut(found.requirement, longest.requirement),
      relation: found.relation ?? 'unknown',
      scope: found.scope ?? 'runtime',
      digest: cut(found.digest, longest.digest),
      origin: found.origin == null ? null : cut(withoutCredentials(found.origin), longest.origin),
      purl: packageUrl(found.ecosystem, name, version),
      where,
    };
    this.#draft.packages.push(fact);
    if (fact.relation !== 'transitive') this.#compareName(fact);
  }

  practice(code: string, said: { detail: string; text: string; certainty?: PracticeFact['certainty'] }, where: Where): void {
    const known = this.#practices.get(code) ?? 0;
    this.#practices.set(code, known + 1);
    if (known >= mostPractices) return;
    const { detail, text, certainty = 'proved' } = said;
    this.#draft.practices.push({
      subject: 'package-manifest',
      code,
      detail,
      text: withoutCredentials(text).slice(0, 300),
      certainty,
      where,
    });
  }

  #compareName({ ecosystem, name, where }: PackageFact): void {
    const alike = similarPackage(this.#tools.tables.supply.names, ecosystem, name);
    if (alike === null) return;
    const detail = `The name ${name} is one letter away from ${alike}, and is no package we know.`;
    this.practice('similar-name', { detail, text: name, certainty: 'possible' }, where);
  }
}

/** Runs a reader of a list; metadata says how many packages it names. */
export function readList(read: (document: TextDocument, list: PackageList) => void) {
  return (document: TextDocument, draft: Draft, tools: ReaderTools): void => {
    const list = new PackageList(draft, tools);
    try {
      read(document, list);
    } finally {
      draft.metadata.set('packages', list.count);
    }
  };
}

/** Lists inside installed packages say what those were made from, not what this project asks for. */
export function isOwnList({ path }: Pick<TextDocument, 'path'>): boolean {
  return !/(?:^|\/)(?:node_modules|site-packages|dist-packages|bower_components|\.venv|\.tox)\//.test(path);
}

function cut(text: string | null | undefined, most: number): string | null {
  return text === null || text === undefined || text === '' ? null : text.slice(0, most).toWellFormed();
}

/** `https://user:token@host/x` → `https://host/x`. */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@]{1,300}@/gi, (whole, scheme: string) =>
    /^git\+ssh|^ssh/i.test(scheme) && whole.endsWith('://git@') ? whole : scheme,
  );
}

export type Line = { readonly text: string; readonly offset: number };
/** Lines with their character offsets; the end of line is left out. */
export function* linesOf(text: string): Generator<Line> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    const stop = end < 0 ? text.length : end;
    yield { text: text.slice(at, stop > at && text[stop - 1] === '\r' ? stop - 1 : stop), offset: at };
    at = stop + 1;
  }
}
