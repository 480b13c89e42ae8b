/** Mutated files through the whole scanner: it may say anything about them, but not fail, hang or eat memory. */
import type { Limits } from '../../../src/modules/model-scanner/engine/budget.ts';
import type { FileReport } from '../../../src/modules/model-scanner/engine/file-report.ts';
import { verdictOrder } from '../../../src/modules/model-scanner/engine/verdict.ts';
import { dice, mutate } from './mutate.ts';

export type Seed = { readonly name: string; readonly bytes: Uint8Array };
/** Seeds whose bytes are read as the same format. */
export type Family = { readonly format: string; readonly seeds: readonly Seed[] };
export type Failure = {
  readonly format: string;
  readonly iteration: number;
  readonly seedName: string;
  readonly kind: 'failed' | 'slow' | 'memory' | 'nonsense';
  readonly detail: string;
};
/** The scanner, with the tables of whoever asks. */
export type Scan = (bytes: Uint8Array, name: string, limits?: Partial<Limits>) => FileReport;
export type FuzzRun = {
  readonly scan: Scan;
  readonly family: Family;
  /** Every iteration stands for itself: `from` and 1 repeat one of them. */
  readonly from: number;
  readonly count: number;
  readonly seed: number;
  readonly onIteration?: (iteration: number) => void;
};

/** Sorted into families by what the scanner takes them for, so that no list needs keeping. */
export function familiesOf(seeds: readonly Seed[], scan: Scan): Family[] {
  const families = new Map<string, Seed[]>();
  for (const seed of seeds) {
    const { format } = scan(seed.bytes, seed.name);
    families.set(format, [...(families.get(format) ?? []), seed]);
  }
  return [...families].map(([format, own]) => ({ format, seeds: own })).sort((a, b) => (a.format < b.format ? -1 : 1));
}

const slowMs = 1000;
/**
 * Of the whole process, catalogs and code included: the bar itself. A process goes on until it has 240 MB left behind by earlier mutants
 * (scripts/fuzz/process.ts), so that a limit close to that would tell of them, not of the mutant that is measured.
 */
const mostMemory = 300 * 2 ** 20;
const mostFailures = 20;
/** Asking the system for the memory takes as long as reading a small file: it is asked now and then, and after whatever took long. */
const iterationsPerLook = 64;
const longMs = 20;

/** Ends early after twenty failures: they are usually the same one. */
export function fuzz({ scan, family, from, count, seed, onIteration }: FuzzRun): Failure[] {
  const failures: Failure[] = [];
  for (let iteration = from; iteration < from + count && failures.length < mostFailures; iteration++) {
    onIteration?.(iteration);
    const { bytes, name } = inputOf(family, iteration, seed);
    const isLooked = iteration % iterationsPerLook === 0;
    const failure = tryOne({ bytes, name, scan, limits: limitsAt(iteration) }, isLooked);
    if (failure) failures.push({ format: family.format, iteration, seedName: name, ...failure });
  }
  return failures;
}

/** The very file of one iteration. */
export function inputOf({ format, seeds }: Family, iteration: number, seed: number): Seed {
  const salt = [...format].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed);
  const roll = dice(Math.imul(salt, 0x9e3779b1) ^ Math.imul(iteration + 1, 0x85ebca6b));
  const chosen = seeds[roll(seeds.length)] ?? { name: 'empty', bytes: new Uint8Array(0) };
  return {
    name: chosen.name,
    bytes: mutate(
      chosen.bytes,
      seeds.map(({ bytes }) => bytes),
      roll,
    ),
  };
}

const defect = /^(TypeError|RangeError|ReferenceError|SyntaxError|Error|EvalError|URIError|Assertion\w*|Problem|Zod\w*):/;
const smallLimits: Partial<Limits> = { outputBytes: 2 ** 22, ratioFloorBytes: 2 ** 18, heldBytes: 2 ** 17 };
/** Content is larger than what is kept of it while it is read forward (parts/streamed-source.ts). */
const middleLimits: Partial<Limits> = { outputBytes: 2 ** 25, ratioFloorBytes: 2 ** 22, heldBytes: 2 ** 19 };
const iterationsPerMiddle = 8;

/**
 * A bomb is one at 256 KiB as well as at 64 MiB, and content that is not held is read forward at any size: small limits reach these
 * branches in a hundredth of the time. Whatever the memory is measured after has the limits of the product.
 */
function limitsAt(iteration: number): Partial<Limits> {
  if (iteration % iterationsPerLook === 0) return {};
  return iteration % iterationsPerMiddle === 0 ? middleLimits : smallLimits;
}

type Mutant = Seed & { readonly scan: Scan; readonly limits: Partial<Limits> };

function tryOne(mutant: Mutant, look: boolean): Pick<Failure, 'kind' | 'detail'> | null {
  let report: FileReport;
  let ms: number;
  try {
    ({ report, ms } = timed(mutant));
  } catch (error) {
    return { kind: 'failed', detail: error instanceof Error ? (error.stack ?? error.message).slice(0, 1000) : String(error) };
  }
  const failed = report.unread.find(({ reason, detail }) => reason === 'reader-failed' && defect.test(detail));
  if (failed) return { kind: 'failed', detail: `${failed.where.containerPath.join('!')}: ${failed.detail}` };
  // A busy machine counts time of its neighbours: what is slow is slow twice.
  if (ms > slowMs && timed(mutant).ms > slowMs) return { kind: 'slow', detail: `${Math.round(ms)} ms of processor time` };
  if (look || ms > longMs) {
    const rss = process.memoryUsage.rss();
    if (rss > mostMemory) return { kind: 'memory', detail: `${Math.round(rss / 2 ** 20)} MB resident` };
  }
  return nonsenseOf(report);
}

/** Milliseconds of this thread's processor time. */
function timed({ bytes, name, scan, limits }: Mutant): { report: FileReport; ms: number } {
  const before = process.threadCpuUsage();
  const report = scan(bytes, name, limits);
  const { user, system } = process.threadCpuUsage(before);
  return { report, ms: (user + system) / 1000 };
}

/** What would be refused by the contract further on. */
function nonsenseOf({ verdict, findings, unread }: FileReport): Pick<Failure, 'kind' | 'detail'> | null {
  const places = [...findings, ...unread].map(({ where }) => where);
  const bad = places.find(
    ({ containerPath, offset, length }) =>
      containerPath.length === 0 ||
      containerPath.length > 32 ||
      !natural(offset) ||
      !natural(length) ||
      containerPath.some((name) => name.length > 4096),
  );
  if (bad) return { kind: 'nonsense', detail: `a place that cannot be: ${JSON.stringify(bad).slice(0, 300)}` };
  const empty = findings.find(({ title, why, evidence }) => title === '' || why === '' || evidence === '');
  if (empty) return { kind: 'nonsense', detail: `a finding of ${empty.ruleId} without words or evidence` };
  return verdictOrder.includes(verdict) ? null : { kind: 'nonsense', detail: `verdict ${verdict}` };
}

function natural(value: number | null): boolean {
  return value === null || (Number.isSafeInteger(value) && value >= 0);
}
