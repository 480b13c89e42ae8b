/** The state of one reading of a source: what was found, in which phase, and how much may still be looked at. */
import type { Effect, Where } from '../../../contract/finding.ts';
import type { PracticeFact, SourceCallFact, SourceFamily } from '../engine/artefact.ts';
import { escapeText } from '../engine/quote.ts';
import type { PickleFactTables } from '../pickle/tables.ts';
import type { Interpreter } from './interpreter.ts';
import { Scope } from './python-scope.ts';
import type { ClassValue, FunctionValue, Origin, Value } from './python-values.ts';
import type { SiblingModules } from './sibling-modules.ts';

type Phase = SourceCallFact['runs'];

export type SourcePlaces = {
  /** Place with line of a character offset in the source. */
  placeAt(offset: number, length: number): Where;
};

export type SourceQuestion = {
  readonly text: string;
  readonly tables: PickleFactTables;
  readonly places: SourcePlaces;
  readonly subject?: PracticeFact['subject'];
  /** Path of the file, and what it may import names from. */
  readonly path?: string;
  readonly siblings?: SiblingModules;
};

type ImportedFile = {
  readonly text: string;
  readonly path: string;
  readonly steps: number /** Offset of the import. */;
  readonly at: number;
};

type Found = {
  readonly effect: Effect;
  readonly certainty: SourceCallFact['certainty'];
  readonly expression: string;
  readonly at: number;
  readonly end: number;
  readonly family?: SourceFamily;
  readonly because?: string;
  readonly disguised?: boolean;
};

const mostFacts = 300;
const mostPractices = 200;
/** Bodies of imported functions gone through, in statements and expressions. */
const mostImported = 15_000;
/** Bodies gone through again because they are called with other arguments, in statements and expressions. */
const mostReplays = 60_000;
const mostSteps = 8_000_000;
/** Frames of this reader at one time: each takes a few hundred bytes of the stack. */
const deepestFrames = 500;
const deepestCalls = 12;
const mostExecuted = 40;

export class SourceRun {
  readonly tables: PickleFactTables;
  readonly interpreter: Interpreter;
  readonly module = new Scope<Value>('module', null);
  readonly calls: SourceCallFact[] = [];
  readonly practices: PracticeFact[] = [];
  readonly functions: FunctionValue[] = [];
  readonly classes: ClassValue[] = [];
  /** Modules imported, as written; relative ones with their dots. */
  readonly imported = new Map<string, number>();
  /** Bytes that the source hands to a loader of pickles. */
  readonly embedded: { readonly bytes: string; readonly at: number; readonly end: number }[] = [];
  /** Paths that downloaded or decoded bytes were written to. */
  readonly droppedPaths = new Set<string>();
  readonly droppedValues = new WeakSet<Value>();
  /** Functions whose body was gone through, by origin and offset. */
  readonly visited = new Set<string>();
  readonly active: string[] = [];
  readonly subject: PracticeFact['subject'];
  phase: Phase = 'on-import';
  /** An install command of setuptools is being gone through. */
  installing = false;
  origin: Origin;
  /** Something was left out: nested too deep, too long, or too much of it. */
  cut = false;
  frames = 0;
  executed = 0;
  /** Offsets of identifiers in letters that only look like others. */
  lookalikes: readonly number[] = [];
  /** A connection was opened somewhere above. */
  connected = false;
  #steps = 0;
  #replays = 0;
  #replaying = 0;
  #imported = 0;
  /** Of the file under work, relative to the scanned folder or the archive. */
  readonly path: string;
  readonly siblings: SiblingModules | null;
  readonly #places: SourcePlaces;
  readonly #seen = new Set<string>();
  readonly #interpreterOf: (run: SourceRun) => Interpreter;
  readonly #mostSteps: number;

  constructor(question: SourceQuestion, interpreterOf: (run: SourceRun) => Interpreter, steps = mostSteps) {
    const { text, tables, places, subject = 'pipeline', path = '', siblings = null } = question;
    this.path = path;
    this.siblings = siblings;
    this.#interpreterOf = interpreterOf;
    this.#mostSteps = steps;
    this.tables = tables;
    this.interpreter = interpreterOf(this);
    this.origin = { source: text, calledAt: null, disguised: false };
    this.#places = places;
    this.subject = subject;
  }

  /** False when no more may be looked at. */
  step(): boolean {
    this.#steps += 1;
    if (this.#replaying > 0) this.#replays += 1;
    if (this.origin.imported === true) this.#imported += 1;
    if (this.#steps <= this.#mostSteps) return true;
    this.cut = true;
    return false;
  }
  /** The reading of a module that this file imports: its names get their values, and what it does is told nowhere. */
  imports({ text, path, steps, at }: ImportedFile): SourceRun {
    const question = { text, path, tables: this.tables, places: this.#places, ...(this.siblings ? { siblings: this.siblings } : {}) };
    const inner = new SourceRun(question, this.#interpreterOf, steps);
    // Its functions, called from here, do what they do where they were imported.
    inner.origin = { source: text, calledAt: this.origin.calledAt ?? at, disguised: false, imported: true };
    return inner;
  }
  /** Goes through what was gone through before: that is bounded. */
  replay<T>(again: boolean, work: () => T): T {
    if (!again) return work();
    this.#replaying += 1;
    try {
      return work();
    } finally {
      this.#replaying -= 1;
    }
  }
  /** @param imported a function of another file. */
  mayReplay(imported = false): boolean {
    if (imported && this.#imported >= mostImported) return false;
    return this.#replays < mostReplays && this.active.length < deepestCalls;
  }
  mayExecute(): boolean {
    this.executed += 1;
    return this.executed <= mostExecuted;
  }
  /** Runs `work` one frame deeper; undefined when that is too deep. */
  nested<T>(work: () => T): T | undefined {
    if (this.frames >= deepestFrames) {
      if (this.origin.imported !== true) this.cut = true;
      return undefined;
    }
    this.frames += 1;
    try {
      return work();
    } finally {
      this.frames -= 1;
    }
  }
  /** The source as it is written, on one line and cut: for what has no known value. */
  written(at: number, end: number): string {
    const text = this.origin.source
      .slice(at, Math.min(end, at + 90))
      .replaceAll(/\s+/g, ' ')
      .trim();
    return escapeText(end - at > 90 ? `${text.slice(0, 80)}…` : text);
  }
  #place(at: number, end: number): Where {
    const { calledAt } = this.origin;
    return calledAt === null ? this.#places.placeAt(at, Math.min(end - at, 500)) : this.#places.placeAt(calledAt, 0);
  }
  /** Some name between the offsets is written in letters of another kind. */
  looksAlike(at: number, end: number): boolean {
    return this.origin.calledAt === null && this.lookalikes.some((offset) => offset >= at && offset < end);
  }
  record(found: Found): void {
    const { effect, certainty, at, end, family, because } = found;
    const disguised = found.disguised === true || this.origin.disguised || this.looksAlike(at, end);
    const expression = found.expression.length > 200 ? `${found.expression.slice(0, 199)}…` : found.expression;
    const key = `${this.origin.calledAt ?? ''} ${at} ${effect} ${family ?? ''} ${expression}`;
    // The first time counts: what runs on import is gone through before what runs later.
    if (this.#seen.has(key) || this.calls.length >= mostFacts) return;
    this.#seen.add(key);
    this.calls.push({
      expression,
      effect,
      certainty,
      runs: this.phase,
      activatedBy: null,
      disguised,
      ...(family === undefined ? {} : { family }),
      ...(because === undefined ? {} : { because }),
      where: this.#place(at, end),
    });
  }
  practice(code: string, detail: string, { at, end }: { readonly at: number; readonly end: number }): void {
    if (this.origin.imported === true) return;
    const key = `practice ${this.origin.calledAt ?? ''} ${at} ${code}`;
    if (this.#seen.has(key) || this.practices.length >= mostPractices) return;
    this.#seen.add(key);
    this.practices.push({
      subject: this.subject,
      code,
      detail,
      text: this.written(at, end).slice(0, 300),
      certainty: 'proved',
      where: this.#place(at, end),
    });
  }
  /** Tells one function from every other, whatever text it stands in. */
  keyOf({ origin, at }: FunctionValue): string {
    return `${origin.calledAt ?? ''}:${origin.source.length}:${at}`;
  }
  /** With another text under work: one that is executed, or the one a function was written in. */
  within<T>(origin: Origin, work: () => T): T {
    const before = this.origin;
    this.origin = origin;
    try {
      return work();
    } finally {
      this.origin = before;
    }
  }
  during<T>(phase: Phase, work: () => T): T {
    const before = this.phase;
    this.phase = phase;
    try {
      return work();
    } finally {
      this.phase = before;
    }
  }
}
