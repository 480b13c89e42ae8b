/** What reading a table left behind: where every record went. */

/** How the caller wants the data read; what is not stated is detected. */
export type ReadOptions = {
  readonly format?: 'csv' | 'json' | 'parquet' | 'arrow' | undefined;
  readonly encoding?: Encoding | undefined;
  readonly delimiter?: string | undefined;
  readonly header?: boolean | undefined;
};
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
export type Dialect = { readonly delimiter: string; readonly header: boolean; readonly newline: 'LF' | 'CRLF' | 'CR' };

/** `line` is 1-based and counts physical lines; `text` is the beginning of it, at most 200 characters. */
export type BadRow = { readonly line: number; readonly reason: string; readonly text: string };
export type Renamed = { readonly column: number; readonly from: string; readonly to: string };

export type IngestReport = {
  readonly name: string;
  readonly format: 'csv' | 'json' | 'parquet' | 'arrow';
  readonly compression: 'gzip' | 'zstd' | null;
  /** Of the bytes as they came. */
  readonly sha256: string;
  readonly encoding: Encoding | null;
  readonly dialect: Dialect | null;
  readonly rows: number;
  readonly columns: number;
  /** Every record that is no row; `badRows` names the first of them. */
  readonly badCount: number;
  readonly badRows: readonly BadRow[];
  readonly renamed: readonly Renamed[];
  readonly warnings: readonly string[];
};

export const mostBadRowsNamed = 100;
const mostCharacters = 200;

/** Collects bad records: all are counted, the first are kept. */
export class BadRows {
  readonly named: BadRow[] = [];
  count = 0;

  add(line: number, reason: string, bytes: Uint8Array): void {
    this.count++;
    if (this.named.length < mostBadRowsNamed)
      this.named.push({
        line,
        reason,
        text: Buffer.from(bytes.subarray(0, mostCharacters * 4))
          .toString('utf8')
          .slice(0, mostCharacters),
      });
  }
}
