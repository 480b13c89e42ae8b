/** A built profile, and the rows it is built from, as bytes: a header in JSON, then arrays of numbers, each at a multiple of 8. */
import type { ProfileSource } from './build-profile.ts';
import type { CalibrationScores, ClassShapes, Combination, EvasionProfile, LinearWeights, ReferenceModels } from './profile.ts';

const magic = 0x3156_5045;
type View = (memory: ArrayBufferLike, at: number, length: number) => Numbers;
const views = {
  f4: (memory, at, length) => new Float32Array(memory, at, length),
  f8: (memory, at, length) => new Float64Array(memory, at, length),
  i4: (memory, at, length) => new Int32Array(memory, at, length),
  u1: (memory, at, length) => new Uint8Array(memory, at, length),
} satisfies Record<string, View>;
type Kind = keyof typeof views;
type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;
type Entry = { readonly name: string; readonly kind: Kind; readonly length: number };
type Packed = { readonly header: unknown; readonly arrays: ReadonlyMap<string, Numbers> };

const kindOf = (array: Numbers): Kind =>
  array instanceof Float32Array ? 'f4' : array instanceof Float64Array ? 'f8' : array instanceof Int32Array ? 'i4' : 'u1';
const aligned = (bytes: number): number => (bytes + 7) & ~7;

function pack(header: unknown, arrays: ReadonlyMap<string, Numbers>): Uint8Array<ArrayBuffer> {
  const entries: Entry[] = [...arrays].map(([name, array]) => ({ name, kind: kindOf(array), length: array.length }));
  const text = new TextEncoder().encode(JSON.stringify({ header, entries }));
  const start = aligned(8 + text.length);
  const size = [...arrays.values()].reduce((sum, array) => sum + aligned(array.byteLength), start);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, text.length, true);
  bytes.set(text, 8);
  let at = start;
  for (const array of arrays.values()) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += aligned(array.byteLength);
  }
  return bytes;
}

/** Bytes that `pack` did not write are refused. */
class PackError extends Error {
  override readonly name = 'PackError';
}

/** @returns arrays in one piece of memory that all threads of the process may read. */
function unpack(bytes: Uint8Array): Packed {
  const shared = new SharedArrayBuffer(aligned(bytes.length));
  new Uint8Array(shared).set(bytes);
  const view = new DataView(shared);
  if (bytes.length < 8 || view.getUint32(0, true) !== magic) throw new PackError('These bytes are no packed profile.');
  const length = view.getUint32(4, true);
  const { header, entries } = JSON.parse(new TextDecoder().decode(bytes.slice(8, 8 + length))) as { header: unknown; entries: Entry[] };
  const arrays = new Map<string, Numbers>();
  let at = aligned(8 + length);
  for (const { name, kind, length: count } of entries) {
    const array = views[kind](shared, at, count);
    arrays.set(name, array);
    at += aligned(array.byteLength);
  }
  return { header, arrays };
}

class Reader {
  readonly #arrays: Packed['arrays'];
  constructor(arrays: Packed['arrays']) {
    this.#arrays = arrays;
  }
  f4 = (name: string): Float32Array => this.#of(name, Float32Array);
  f8 = (name: string): Float64Array => this.#of(name, Float64Array);
  i4 = (name: string): Int32Array => this.#of(name, Int32Array);
  u1 = (name: string): Uint8Array => this.#of(name, Uint8Array);
  has = (name: string): boolean => this.#arrays.has(name);
  #of<T extends Numbers>(name: string, kind: new (length: number) => T): T {
    const array = this.#arrays.get(name);
    if (!(array instanceof kind)) throw new PackError(`The packed profile has no ${name}.`);
    return array;
  }
}

type ProfileHeader = {
  labels: string[];
  kinds: readonly string[] | null;
  dimensions: number;
  classCount: number;
  targetRate: number;
  used: readonly string[];
  /** Absent in profiles packed before there was a choice. */
  combination?: Combination;
  referenceModels?: ReferenceModels | null;
  decisionThreshold: number | null;
  leastScore?: number | null;
  /** Calibrated detectors; `fused` is stored the same way. */
  calibrated: string[];
  /** Absent in profiles packed before doubt was held against contested rows. */
  contested?: string[];
  fourierCount: number;
};

export function packProfile(profile: EvasionProfile): Uint8Array<ArrayBuffer> {
  const { labels, space, columns, reference, models, calibrations, contested, fused } = profile;
  const arrays = new Map<string, Numbers>([
    ['kept', space.kept],
    ['centre', space.centre],
    ['spread', space.spread],
    ['low', columns.low],
    ['high', columns.high],
    ['median', columns.median],
    ['deviation', columns.deviation],
    ...(columns.bounds === null
      ? []
      : ([
          ['boundLow', columns.bounds.low],
          ['boundHigh', columns.bounds.high],
        ] as const)),
    ['reference', reference.values],
    ['referenceClasses', reference.classes],
    ['logistic', models.logistic.weights],
    ['kernel', models.kernel.linear.weights],
    ['frequencies', models.kernel.features.frequencies],
    ['phases', models.kernel.features.phases],
    ['forestRoots', models.forest.roots],
    ['forestFeature', models.forest.feature],
    ['forestCut', models.forest.cut],
    ['forestNext', models.forest.next],
    ['forestShares', models.forest.shares],
    ...shapeArrays(models.shapes),
    ...[...calibrations, ['fused', fused] as const].flatMap(([id, scores]) => scoreArrays(id, scores)),
    ...[...contested].flatMap(([id, scores]) => scoreArrays(contestedName(id), scores)),
  ]);
  const header: ProfileHeader = {
    labels: [...labels],
    kinds: columns.kinds,
    dimensions: space.dimensions,
    classCount: reference.classCount,
    targetRate: profile.targetRate,
    used: profile.used,
    combination: profile.combination,
    referenceModels: profile.referenceModels,
    decisionThreshold: profile.decisionThreshold,
    leastScore: profile.leastScore,
    calibrated: [...calibrations.keys()],
    contested: [...contested.keys()],
    fourierCount: models.kernel.features.count,
  };
  return pack(header, arrays);
}

function shapeArrays(shapes: ClassShapes | null): [string, Numbers][] {
  if (shapes === null) return [];
  return [
    ['shapeCounts', shapes.counts],
    ['shapeMeans', shapes.means],
    ['shapeFactors', shapes.factors],
    ['shapeHalfLogs', shapes.halfLogs],
    ['shapeAllMean', shapes.allMean],
    ['shapeAllFactor', shapes.allFactor],
  ];
}
function readShapes(read: Reader, dimensions: number, classes: number): ClassShapes | null {
  if (!read.has('shapeMeans')) return null;
  return {
    dimensions,
    classes,
    counts: read.i4('shapeCounts'),
    means: read.f8('shapeMeans'),
    factors: read.f8('shapeFactors'),
    halfLogs: read.f8('shapeHalfLogs'),
    allMean: read.f8('shapeAllMean'),
    allFactor: read.f8('shapeAllFactor'),
  };
}

const contestedName = (id: string): string => `contested.${id}`;

function scoreArrays(id: string, { pooled, byClass }: CalibrationScores): [string, Numbers][] {
  return [[`scores.${id}`, pooled], ...byClass.map((scores, known): [string, Numbers] => [`scores.${id}.${known}`, scores])];
}

type Sizes = { readonly width: number; readonly classes: number; readonly fourierCount: number };
function readModels(read: Reader, { width, classes, fourierCount }: Sizes): EvasionProfile['models'] {
  const linear = (name: string, dimensions: number): LinearWeights => ({ dimensions, classes, weights: read.f8(name) });
  return {
    logistic: linear('logistic', width),
    forest: {
      classes,
      dimensions: width,
      roots: read.i4('forestRoots'),
      feature: read.i4('forestFeature'),
      cut: read.f4('forestCut'),
      next: read.i4('forestNext'),
      shares: read.f4('forestShares'),
    },
    kernel: {
      features: { dimensions: width, count: fourierCount, frequencies: read.f4('frequencies'), phases: read.f4('phases') },
      linear: linear('kernel', fourierCount),
    },
    shapes: readShapes(read, width, classes),
  };
}

export function unpackProfile(bytes: Uint8Array): EvasionProfile {
  const { header, arrays } = unpack(bytes);
  // Written by packProfile and kept in our own table.
  const {
    labels,
    kinds: columnKinds,
    dimensions,
    classCount,
    targetRate,
    used,
    combination = 'cauchy-mean',
    referenceModels = null,
    decisionThreshold,
    leastScore = null,
    calibrated,
    contested = [],
    fourierCount,
  } = header as ProfileHeader;
  const read = new Reader(arrays);
  const kept = read.i4('kept');
  const scores = (id: string): CalibrationScores => ({
    pooled: read.f8(`scores.${id}`),
    byClass: Array.from({ length: classCount }, (_, known) => read.f8(`scores.${id}.${known}`)),
  });
  return {
    labels,
    space: { dimensions, kept, centre: read.f4('centre'), spread: read.f4('spread') },
    columns: {
      low: read.f4('low'),
      high: read.f4('high'),
      median: read.f4('median'),
      deviation: read.f4('deviation'),
      bounds: read.has('boundLow') ? { low: read.f4('boundLow'), high: read.f4('boundHigh') } : null,
      kinds: columnKinds,
    },
    reference: { values: read.f4('reference'), dimensions: kept.length, classes: read.i4('referenceClasses'), classCount },
    models: readModels(read, { width: kept.length, classes: classCount, fourierCount }),
    targetRate,
    calibrations: new Map(calibrated.map((id) => [id, scores(id)])),
    contested: new Map(contested.map((id) => [id, scores(contestedName(id))])),
    used,
    combination,
    referenceModels,
    fused: scores('fused'),
    decisionThreshold,
    leastScore,
  };
}

type SourceHeader = Omit<ProfileSource, 'values' | 'confidences' | 'bounds' | 'trainedOn'>;

/** @param nonMemberLosses losses of rows outside the training set, kept beside the rows for the privacy detectors. */
export function packSource(
  { values, confidences, bounds, trainedOn, ...header }: ProfileSource,
  nonMemberLosses: readonly number[],
): Uint8Array<ArrayBuffer> {
  return pack(
    header,
    new Map<string, Numbers>([
      ['values', values],
      ['confidences', confidences],
      ['nonMemberLosses', Float64Array.from(nonMemberLosses)],
      ...(trainedOn === null ? [] : ([['trainedOn', trainedOn]] as const)),
      ...(bounds === null
        ? []
        : ([
            ['boundLow', bounds.low],
            ['boundHigh', bounds.high],
          ] as const)),
    ]),
  );
}

export function unpackSource(bytes: Uint8Array): { source: ProfileSource; nonMemberLosses: number[] } {
  const { header, arrays } = unpack(bytes);
  const read = new Reader(arrays);
  return {
    source: {
      ...(header as SourceHeader),
      values: read.f4('values'),
      confidences: read.f4('confidences'),
      trainedOn: read.has('trainedOn') ? read.u1('trainedOn') : null,
      bounds: read.has('boundLow') ? { low: read.f4('boundLow'), high: read.f4('boundHigh') } : null,
    },
    nonMemberLosses: [...read.f8('nonMemberLosses')],
  };
}
