/** Reads every pickle stream of a source and says what loading it would do. Nothing is executed; nothing recurses. */
import { BudgetExceeded } from '../engine/budget.ts';
import type { ByteSource } from '../engine/source.ts';
import { Cursor, type StreamBroken } from './cursor.ts';
import type { PickleFacts, PicklePlace, PickleTools } from './facts.ts';
import { Recorder, type Site } from './recorder.ts';
import { CandidateSearch, isPadding } from './resync.ts';
import { isTelling, readStream, type StreamEnd } from './stream.ts';
import { isLegacyMagic, legacyPickles, storageBytes } from './torch-legacy.ts';
import type { Value } from './values.ts';

export type { PickleFacts, PicklePlace, PickleTools } from './facts.ts';

type Reading = {
  readonly source: ByteSource;
  readonly place: PicklePlace;
  readonly tools: PickleTools;
  readonly recorder: Recorder;
  /** What the first streams returned: enough to know a legacy torch file. */
  readonly results: Value[];
  position: number;
  pickles: number;
};

/** Bytes that looking for hidden streams may run through, as a multiple of the bytes looked at. */
const resyncWork = 4;
const mostCandidates = 100_000;

function read(reading: Reading, position: number, recorder: Recorder): StreamEnd {
  const { source, tools } = reading;
  return readStream({ cursor: new Cursor(source, position), tables: tools.facts, recorder, budget: tools.budget });
}

const siteOf = (offset: number): Site => ({ offset, opcodeIndex: 0 });

function reportBroken({ recorder }: Reading, broken: StreamBroken, site: Site): void {
  const truncated = broken.code === 'truncated';
  recorder.anomaly(truncated ? 'pickle-missing-stop' : `pickle-${broken.code}`, 'broken', { detail: broken.message, site });
  recorder.couldNotRead(truncated ? 'truncated' : 'reader-failed', broken.message, site);
}

/** Tries every place from `from` on that looks like the start of a stream. */
function resync(reading: Reading, from: number): void {
  const { source, recorder, tools } = reading;
  let work = resyncWork * (source.size - from);
  const search = new CandidateSearch(source, tools.budget);
  let at = search.next(from);
  for (let count = 0; at >= 0 && count < mostCandidates; count += 1) {
    const trial = recorder.trial();
    const { broken, end } = read(reading, at, trial);
    const telling = isTelling(trial, broken === null);
    if (telling) {
      recorder.absorb(trial);
      const harmless = trial.globals.every(({ judgement }) => judgement === 'allowed');
      recorder.anomaly('pickle-hidden-stream', harmless ? 'broken' : 'lie', {
        detail: `a pickle begins at byte ${at}, where an ordinary loader does not look`,
        site: siteOf(at),
      });
    }
    work -= end - at;
    // A decoy may swallow the real stream as a constant: as long as work is left, what lies inside is looked at as well.
    const next = (telling && broken === null) || work <= 0 ? Math.max(end, at + 1) : at + 1;
    at = search.next(next);
  }
  if (at >= 0) recorder.couldNotRead('budget', `more than ${mostCandidates} places look like the start of a pickle`, siteOf(at));
}

/** What lies after a STOP: another pickle, padding, or something that is none. @returns true when reading goes on. */
function readFollowing(reading: Reading): boolean {
  const { source, place, recorder } = reading;
  const start = reading.position;
  const trial = recorder.trial();
  const { broken, end, opcodes, result } = read(reading, start, trial);
  if (broken === null && opcodes > 1) {
    recorder.absorb(trial);
    reading.position = end;
    reading.pickles += 1;
    if (reading.results.length < legacyPickles) reading.results.push(result);
    if (place.flavour === 'torch-zip')
      recorder.anomaly('pickle-second-stream', 'lie', {
        detail: 'a second pickle follows, which torch does not load',
        site: siteOf(start),
      });
    return true;
  }
  if (isPadding(source, start)) {
    recorder.anomaly('pickle-padding', 'broken', {
      detail: `${source.size - start} zero bytes after STOP`,
      site: siteOf(start),
      proved: false,
    });
    return false;
  }
  const detail = `${source.size - start} bytes after STOP are no pickle`;
  recorder.anomaly('pickle-trailing-bytes', 'broken', { detail, site: siteOf(start) });
  resync(reading, start);
  return false;
}

/** After the fifth pickle of a legacy torch file: the raw storages are counted, not read. */
function skipStorages(reading: Reading): void {
  if (reading.pickles !== legacyPickles || !isLegacyMagic(reading.results[0])) return;
  const { recorder, source } = reading;
  const bytes = storageBytes(recorder.storages);
  const end = reading.position + (bytes ?? Number.POSITIVE_INFINITY);
  if (end <= source.size) {
    reading.position = end;
    return;
  }
  const detail =
    bytes === null
      ? 'a storage has an element type that is not known'
      : `the storages need ${bytes} bytes, ${source.size - reading.position} are left`;
  recorder.couldNotRead(bytes === null ? 'unsupported' : 'truncated', detail, siteOf(reading.position));
  reading.position = source.size;
}

function readAll(reading: Reading): void {
  const first = read(reading, reading.position, reading.recorder);
  reading.position = first.end;
  if (first.broken) {
    reportBroken(reading, first.broken, {
      offset: Math.min(first.end, Math.max(0, reading.source.size)),
      opcodeIndex: Math.max(0, first.opcodes - 1),
    });
    resync(reading, first.end + 1);
    return;
  }
  reading.pickles = 1;
  reading.results.push(first.result);
  while (reading.place.whole && reading.position < reading.source.size) {
    if (!readFollowing(reading)) return;
    skipStorages(reading);
  }
}

/**
 * @param source the bytes; read by windows of 256 KiB, large constants and raw arrays are skipped.
 * @param place where the pickle starts and whether it should fill the source.
 * @returns every global in the position it is used in, what breaks the rules of the format, and what could not be read. Bounded lists.
 * Never throws for what the bytes say: a breach of the budget is an `unread` fact and what was found before it stays.
 * @source Python documentation of `pickle` and `pickletools`; CPython `Lib/pickle.py`.
 */
export function readPickle(source: ByteSource, place: PicklePlace, tools: PickleTools): PickleFacts {
  const recorder = new Recorder(place.containerPath, tools.nested);
  const reading: Reading = { source, place, tools, recorder, results: [], position: place.offset, pickles: 0 };
  try {
    readAll(reading);
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    recorder.couldNotRead('budget', error.message, siteOf(reading.position));
  }
  const { globals, anomalies, unread, strings, storages, arrays, externalPaths, persistentIds, protocol, opcodes, tensors, parameters } =
    recorder;
  const { pickles, position: end } = reading;
  return {
    globals,
    anomalies,
    unread,
    strings,
    storages,
    arrays,
    externalPaths,
    persistentIds,
    protocol,
    opcodes,
    tensors,
    parameters,
    pickles,
    end,
  };
}
