/** The face of a document kind: what a JSON, YAML, TOML or other text file of one purpose means. */
import type { Where } from '../../../contract/finding.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import type { Artefact } from './artefact.ts';
import type { Draft, ReaderTools } from './reader.ts';

export type Syntax = 'json' | 'yaml' | 'toml' | 'text';

export type TextDocument = {
  /** Last part of the path, lower case. */
  readonly name: string;
  /** Whole path inside the scanned folder or container, with '/', as written. */
  readonly path: string;
  readonly syntax: Syntax;
  readonly text: string;
  /** Parsed value; null for plain text. Objects are Maps: keys are the attacker's. A file of several YAML documents is offered one by one. */
  readonly root: JsonValue;
  /** YAML tags beyond plain values (`!!python/object/apply:os.system`), with their places. */
  readonly tags: readonly { readonly tag: string; readonly where: Where }[];
  /** Place with line of the value under these keys and indexes; of the nearest known parent when it has no place of its own. */
  placeOf(path: readonly (string | number)[]): Where;
  /** Place with line of a character offset in `text`. */
  placeAt(offset: number, length?: number): Where;
};

export type DocumentKind = {
  /** Format word of the artefact; the first kind that says yes names it. */
  readonly format: string;
  readonly role: Artefact['role'];
  readonly syntaxes: readonly Syntax[];
  /**
   * Cheap look before anything is parsed: by the name (lower case) or by words of which one must stand in the bytes.
   * A file for which no kind says yes is not parsed at all.
   */
  readonly names?: RegExp;
  /** For kinds known by their place: the whole path, lower case, with '/'. */
  readonly paths?: RegExp;
  readonly words?: readonly string[];
  /** Second look, at the parsed value. */
  is(document: TextDocument): boolean;
  /** Adds facts to the draft. May throw MalformedBytes; what was added before stays. */
  read(document: TextDocument, draft: Draft, tools: ReaderTools): void;
};

export function defineDocument(kind: DocumentKind): DocumentKind {
  return kind;
}
