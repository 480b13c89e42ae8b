/** The face of a reader: bytes of one format in, one artefact out. */
import type { Where } from '../../../contract/finding.ts';
import { type AnomalyFact, type Artefact, emptyArtefact, type UnreadFact } from './artefact.ts';
import { type Budget, BudgetExceeded } from './budget.ts';
import { rangePlace } from './place.ts';
import type { ByteSource } from './source.ts';
import type { SourceTree } from './source-tree.ts';
import type { ScanTables } from './tables.ts';

/** What a reader may look at before it claims a file. `name` is a hint only. */
export type Glance = {
  /** First 4,096 bytes at most. */
  readonly head: Uint8Array;
  /** Last 66,000 bytes at most: an end-of-central-directory record with the longest comment fits. */
  readonly tail: Uint8Array;
  readonly size: number;
  /** Last part of the path, lower case. */
  readonly name: string;
  /** The head is valid UTF-8 without NUL bytes. */
  readonly isText: boolean;
};

export type ReaderTools = {
  readonly budget: Budget;
  readonly tables: ScanTables;
  /** Python files that this one may import names from; absent: it is read alone. */
  readonly sources?: SourceTree;
  /** Opens bytes found inside as an artefact of their own, one level deeper. @param beside what lies beside them in the container. */
  open(source: ByteSource, where: Where, beside?: SourceTree): Artefact;
  /** For streams that a reader parses itself instead of opening them: keeps them at hand for the bytes a finding shows. */
  remember(source: ByteSource, where: Where): void;
};

export type Reader = {
  readonly format: string;
  /** The format's own signature stands there: every reader that says so runs. */
  certain?(glance: Glance): boolean;
  /** It may be this format: asked, in turn, only when nobody is certain. */
  plausible?(glance: Glance): boolean;
  /** Asked after all others: it would claim nearly anything. */
  readonly last?: true;
  /** @returns null when a second look shows that it is not this format after all. */
  read(source: ByteSource, where: Where, tools: ReaderTools): Artefact | null;
};

export function defineReader(reader: Reader): Reader {
  return reader;
}

/** An artefact under construction. */
export type Draft = {
  -readonly [Key in keyof Artefact]: Artefact[Key] extends readonly (infer Item)[] ? Item[] : Artefact[Key];
} & { metadata: Map<string, string | number> };

export function draftArtefact(format: string, where: Where, size: number): Draft {
  return {
    ...emptyArtefact(format, where, size),
    globals: [],
    operators: [],
    externalPaths: [],
    templates: [],
    code: [],
    sourceCalls: [],
    activations: [],
    packages: [],
    secrets: [],
    licences: [],
    practices: [],
    provenance: [],
    anomalies: [],
    unread: [],
    members: [],
    metadata: new Map(),
  };
}

/** Thrown by parsers when the bytes break the format; caught by `guarded`, never seen outside the readers. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes';
  readonly code: string;
  readonly offset: number;
  constructor(code: string, offset: number, detail: string) {
    // A hostile file breaks its format hundreds of times: where in our code is asked by nobody, and costs more than reading the part.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(detail);
    Error.stackTraceLimit = limit;
    this.code = code;
    this.offset = offset;
  }
}

/** More bytes are promised than exist: a cut file rather than a wrong one. */
export class TruncatedBytes extends MalformedBytes {}

/**
 * Runs one part of a reader. A broken format, an exhausted budget or a defect of ours ends that part only: the facts
 * found before it stay, and the part is named as unread.
 */
export function guarded(draft: Draft, work: () => void): void {
  try {
    work();
  } catch (error) {
    recordFailure(draft, error);
  }
}

export function recordFailure(draft: Draft, error: unknown): void {
  const { where } = draft;
  if (error instanceof BudgetExceeded) {
    draft.unread.push({ reason: 'budget', detail: error.message, where });
    if (error.limit === 'outputBytes' || error.limit === 'members' || error.limit === 'depth')
      draft.anomalies.push(bomb('over-budget', error.message, where));
    return;
  }
  if (error instanceof MalformedBytes) {
    const place = rangePlace(where, error.offset);
    draft.anomalies.push(broken(error.code, error.message, place));
    draft.unread.push({ reason: error instanceof TruncatedBytes ? 'truncated' : 'reader-failed', detail: error.message, where: place });
    return;
  }
  draft.unread.push(failed(error, where));
}

/** A defect in a reader is reported like a crash: the file is incomplete, the scan goes on. */
export function failed(error: unknown, where: Where): UnreadFact {
  const detail = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 300) : 'unknown failure';
  return { reason: 'reader-failed', detail, where };
}

export function lie(code: string, detail: string, where: Where): AnomalyFact {
  return { code, nature: 'lie', proved: true, detail, where };
}

export function broken(code: string, detail: string, where: Where): AnomalyFact {
  return { code, nature: 'broken', proved: true, detail, where };
}

/** Size alone proves nothing: `proved` only when the structure itself multiplies. */
export function bomb(code: string, detail: string, where: Where, proved = false): AnomalyFact {
  return { code, nature: 'bomb', proved, detail, where };
}
