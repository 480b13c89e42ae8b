/** Collects the facts of one source: bounded, without repetitions, first sighting first. */
import type { Where } from '../../../contract/finding.ts';
import type { AnomalyFact, GlobalFact, UnreadFact } from '../engine/artefact.ts';
import { printTarget } from './expression.ts';
import type { ArrayFact, PicklePathFact, PickleTools, StorageFact } from './facts.ts';
import { allowed, type Judgement, type Position } from './judge.ts';
import { isModule, type Target } from './names.ts';

export type Site = { readonly offset: number; readonly opcodeIndex: number };
type Sighting = {
  readonly target: Target;
  readonly position: Position;
  readonly judgement: Judgement;
  readonly site: Site;
  /** Only called when the fact is kept. */
  readonly expression: () => string;
};

/** Bounds on what is kept; beyond them facts repeat what is known. */
const most = {
  globals: 2000,
  perTarget: 8,
  anomalies: 200,
  perCode: 10,
  strings: 2000,
  stringBytes: 262_144,
  storages: 100_000,
  arrays: 1000,
  paths: 1000,
  nested: 1000,
};
/** Shorter texts are no facts. */
export const shortestString = 8;
const longestString = 4096;

function append<Fact>(kept: Fact[], found: readonly Fact[], bound: number): void {
  for (const fact of found) if (kept.length < bound) kept.push(fact);
}

export class Recorder {
  readonly globals: GlobalFact[] = [];
  readonly anomalies: AnomalyFact[] = [];
  readonly unread: UnreadFact[] = [];
  readonly strings: { text: string; where: Where }[] = [];
  readonly storages: StorageFact[] = [];
  readonly arrays: ArrayFact[] = [];
  readonly externalPaths: PicklePathFact[] = [];
  tensors = 0;
  parameters = 0;
  persistentIds = 0;
  protocol = 0;
  opcodes = 0;
  /** One array for all facts: a pickle has hundreds. */
  readonly #containerPath: string[];
  readonly #nested: PickleTools['nested'];
  readonly #allowedSeen = new Map<Target, number>();
  readonly #seen = new Map<string, number>();
  readonly #codes = new Map<string, number>();
  #stringBytes = 0;
  #nestedCount = 0;

  constructor(containerPath: readonly string[], nested: PickleTools['nested']) {
    this.#containerPath = [...containerPath];
    this.#nested = nested;
  }

  /** A recorder for a trial: its facts count only when absorbed. */
  trial(): Recorder {
    return new Recorder(this.#containerPath, this.#nested);
  }

  absorb(trial: Recorder): void {
    append(this.globals, trial.globals, most.globals);
    append(this.anomalies, trial.anomalies, most.anomalies);
    append(this.storages, trial.storages, most.storages);
    append(this.arrays, trial.arrays, most.arrays);
    append(this.strings, trial.strings, most.strings);
    append(this.externalPaths, trial.externalPaths, most.paths);
    this.tensors += trial.tensors;
    this.parameters += trial.parameters;
    this.persistentIds += trial.persistentIds;
    this.protocol = Math.max(this.protocol, trial.protocol);
  }

  externalPath(path: PicklePathFact): void {
    if (this.externalPaths.length < most.paths) this.externalPaths.push(path);
  }

  where({ offset, opcodeIndex }: Site, length: number | null = null): Where {
    return { containerPath: this.#containerPath, offset, length, opcodeIndex };
  }

  global(sighting: Sighting): void {
    const { target, position, judgement } = sighting;
    if (judgement === allowed) {
      const bit = position === 'class' ? 1 : position === 'call' ? 2 : 4;
      const seen = this.#allowedSeen.get(target) ?? 0;
      if ((seen & bit) !== 0) return;
      this.#allowedSeen.set(target, seen | bit);
    } else {
      const key = `${position} ${judgement.judgement} ${judgement.certainty} ${target.module} ${target.name}`;
      const count = this.#seen.get(key) ?? 0;
      if (count >= most.perTarget) return;
      this.#seen.set(key, count + 1);
    }
    if (this.globals.length < most.globals) this.globals.push(this.#fact(sighting));
  }

  #fact({ target, position, judgement, site, expression }: Sighting): GlobalFact {
    return {
      kind: 'global',
      module: target.module.slice(0, 500),
      name: isModule(target) ? '' : target.name.slice(0, 500),
      ...(target.written === undefined ? {} : { written: target.written }),
      position,
      ...judgement,
      origin: target.origin,
      // What is allowed is no evidence: its arguments are not worth printing.
      expression: judgement === allowed ? printTarget(target) : expression(),
      where: this.where(site),
    };
  }

  anomaly(
    code: string,
    nature: AnomalyFact['nature'],
    { detail, site, proved = true }: { detail: string; site: Site; proved?: boolean },
  ): void {
    if (!this.wants(code)) return;
    this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
    this.anomalies.push({ code, nature, proved, detail, where: this.where(site) });
  }

  /** False when it was said often enough: millions of opcodes may have the same fault. */
  wants(code: string): boolean {
    return (this.#codes.get(code) ?? 0) < most.perCode && this.anomalies.length < most.anomalies;
  }

  couldNotRead(reason: UnreadFact['reason'], detail: string, site: Site): void {
    if (this.unread.length < most.perCode) this.unread.push({ reason, detail, where: this.where(site) });
  }

  string(text: string, site: Site, length: number): void {
    if (text.length < shortestString || text.length > longestString) return;
    if (this.strings.length >= most.strings || this.#stringBytes > most.stringBytes) return;
    this.#stringBytes += text.length;
    this.strings.push({ text, where: this.where(site, length) });
  }

  storage(storage: StorageFact): void {
    if (this.storages.length < most.storages) this.storages.push(storage);
  }

  array(array: ArrayFact): void {
    if (this.arrays.length < most.arrays) this.arrays.push(array);
  }

  /** Another 1,000 embedded streams would tell nothing new; the breach is said once. */
  nested(bytes: Uint8Array, name: string, site: Site): void {
    this.#nestedCount += 1;
    if (this.#nestedCount <= most.nested) this.#nested(bytes, name);
    if (this.#nestedCount === most.nested + 1) this.couldNotRead('budget', `more than ${most.nested} embedded streams`, site);
  }
}
