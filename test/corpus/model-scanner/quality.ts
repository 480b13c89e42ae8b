/** How well the scanner tells hostile from harmless, and what a file is from its bytes alone. */
import { labelledCorpus } from './labelled.ts';
import type { Labelled } from './labelled-models.ts';
import { reportOf } from './read-artefact.ts';
import { realSeeds } from './seeds.ts';

export type Quality = {
  readonly hostile: number;
  readonly detected: number;
  readonly harmless: number;
  /** Harmless, and called malicious or suspicious. */
  readonly strictFalseAlarms: number;
  /** Harmless, and called anything but clean. */
  readonly anyFalseAlarms: number;
  readonly missed: readonly string[];
  readonly wronged: readonly string[];
};

let measured: ReadonlyMap<string, Quality> | undefined;

/** One row for each family, and one for all of them under ''. Measured once for a process. */
export function measureQuality(): ReadonlyMap<string, Quality> {
  measured ??= qualityRows();
  return measured;
}

function qualityRows(): ReadonlyMap<string, Quality> {
  const rows = new Map<string, Quality>();
  for (const sample of labelledCorpus())
    for (const family of ['', sample.family]) rows.set(family, counted(rows.get(family) ?? nothing, sample));
  return rows;
}

const nothing: Quality = { hostile: 0, detected: 0, harmless: 0, strictFalseAlarms: 0, anyFalseAlarms: 0, missed: [], wronged: [] };
const verdicts = new WeakMap<Labelled, string>();

function counted(row: Quality, sample: Labelled): Quality {
  const verdict = verdicts.get(sample) ?? reportOf(sample.bytes, sample.name).verdict;
  verdicts.set(sample, verdict);
  const flagged = verdict === 'malicious' || verdict === 'suspicious';
  const label = `${sample.family} ${sample.name}: ${verdict}`;
  if (sample.harmful)
    return {
      ...row,
      hostile: row.hostile + 1,
      detected: row.detected + Number(flagged),
      missed: flagged ? row.missed : [...row.missed, label],
    };
  return {
    ...row,
    harmless: row.harmless + 1,
    strictFalseAlarms: row.strictFalseAlarms + Number(flagged),
    anyFalseAlarms: row.anyFalseAlarms + Number(verdict !== 'clean'),
    wronged: verdict === 'clean' ? row.wronged : [...row.wronged, label],
  };
}

/** Formats of the saved files under their own names against the same bytes without any name. */
export function measureNaming(): { readonly files: number; readonly same: number; readonly different: readonly string[] } {
  const files = realSeeds();
  const different = files.flatMap(({ name, bytes }) => {
    const [named, bare] = [name, 'file'].map((word) => reportOf(bytes, word).format);
    return named === bare ? [] : [`${name}: ${named}, without its name ${bare}`];
  });
  return { files: files.length, same: files.length - different.length, different };
}
