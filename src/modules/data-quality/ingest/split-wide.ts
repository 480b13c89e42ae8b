/** A staged text of very many columns, cut into texts of few: the engine's time to open a text grows with its columns, and each part would pay for all. */
import { ByteSink, ByteWindow } from './byte-source.ts';
import { type CsvForm, type CsvRecord, fieldsOf, readRecord } from './csv-record.ts';
import { quoted } from './stage-csv.ts';
import type { StagedText } from './staged.ts';

export type StagedPart = {
  readonly path: string /** Of its first column. */;
  readonly from: number;
  readonly columns: number;
  readonly longest: number;
};

/** @param columnsPerPart of every part but the last; each has the row number in front. Rows that end early are filled up. */
export function splitWide({ names, delimiter, longest }: StagedText, path: string, columnsPerPart: number): StagedPart[] {
  const starts = Array.from({ length: Math.ceil(names.length / columnsPerPart) }, (_, k) => k * columnsPerPart);
  // Sinks flush at their own size: all parts are open at once.
  const sinks = starts.map((_, part) => new ByteSink(`${path}.part${part}`));
  const window = new ByteWindow(path, longest + 16);
  try {
    eachRecord(window, delimiter, ([row = '', ...cells]) => {
      for (const [part, from] of starts.entries()) {
        const own = Array.from({ length: Math.min(columnsPerPart, names.length - from) }, (_, k) => quoted(cells[from + k] ?? null));
        sinks[part]?.text(`${row}${delimiter}${own.join(delimiter)}`);
        sinks[part]?.endRecord();
      }
    });
  } finally {
    for (const sink of sinks) sink.close();
    window.close();
  }
  return starts.map((from, part) => ({
    path: `${path}.part${part}`,
    from,
    columns: Math.min(columnsPerPart, names.length - from),
    longest: sinks[part]?.longest ?? 0,
  }));
}

/** The text is our own: every record is sound and ends with a line feed. */
function eachRecord(window: ByteWindow, delimiter: string, take: (fields: (string | null)[]) => void): void {
  const record: CsvRecord = { next: 0, end: 0, fields: 0, lines: 0, isPlain: true, flaw: null };
  const byte = delimiter.charCodeAt(0);
  window.advance(0);
  for (;;) {
    const form: CsvForm = { delimiter: byte, newline: 0x0a, isLast: window.isLast };
    let start = 0;
    while (start < window.bytes.length) {
      readRecord(window.bytes, start, form, record);
      if (record.next < 0) break;
      take(fieldsOf(window.bytes, { start, end: record.end }, byte));
      start = record.next;
    }
    if (window.isLast) return;
    window.advance(start);
  }
}
