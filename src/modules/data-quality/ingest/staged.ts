/** A table made ready for the engine in a folder of its own. */
import type { BadRows, Dialect, Renamed } from './ingest-report.ts';

/** Rows of text: the file has the row number first, then one field for each name. */
export type StagedText = {
  readonly names: readonly string[];
  readonly renamed: readonly Renamed[];
  readonly rows: number;
  readonly bad: BadRows;
  /** Of the data as it came; null when it was no delimited text. */
  readonly dialect: Dialect | null;
  /** Of the staged file. */
  readonly delimiter: string;
  /** Rows may end before the last column: what is left out is missing. */
  readonly isPadded: boolean;
  /** Bytes of its longest row. */
  readonly longest: number;
  readonly warnings: readonly string[];
};
