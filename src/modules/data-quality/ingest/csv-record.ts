/** One record of a delimited text: where it ends, what its fields are, and what is wrong with it. */

/** Longer records are refused: a quote that never closes would swallow the rest of the file. */
export const mostRecordBytes = 2 * 2 ** 20;
const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export type RecordFlaw = 'quote never closed' | 'text after a closing quote' | 'NUL byte' | 'longer than 2 MiB';

export type CsvRecord = {
  /** Offset behind the record's line end; −1 when the bytes end before the record does. */
  next: number;
  /** Offset of the line end itself. */
  end: number;
  fields: number;
  /** Line ends inside of it, plus its own. */
  lines: number;
  /** Nothing quoted and no lone carriage return: it can be handed on as it stands. */
  isPlain: boolean;
  flaw: RecordFlaw | null;
};

/**
 * Reads the record that begins at `start`. Fills and returns `record`, so that millions of records make no garbage.
 * RFC 4180 with a delimiter of one byte: a quote opens only at the start of a field, two quotes inside are one.
 */
export function readRecord(bytes: Uint8Array, start: number, form: CsvForm, record: CsvRecord): CsvRecord {
  const { delimiter, isLast, newline } = form;
  record.next = -1;
  record.fields = 1;
  record.lines = 1;
  record.isPlain = true;
  record.flaw = null;
  let i = start;
  let atFieldStart = true;
  for (; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === delimiter) {
      record.fields++;
      atFieldStart = true;
      continue;
    }
    if (byte === newline) return endAt(record, i, bytes);
    if (byte === quote) {
      record.isPlain = false;
      if (atFieldStart) {
        i = behindQuotes(bytes, i + 1, record);
        if (i < 0) return unclosed(bytes, start, form, record);
        const after = bytes[i];
        if (!isBoundary(after, form, bytes[i + 1])) record.flaw ??= 'text after a closing quote';
        i--;
      }
    } else if (byte === 0) record.flaw ??= 'NUL byte';
    else if (byte === carriageReturn && bytes[i + 1] !== lineFeed) record.isPlain = false;
    atFieldStart = false;
  }
  if (!isLast) return record;
  record.end = i;
  record.next = i;
  return record;
}

export type CsvForm = { readonly delimiter: number; readonly newline: number; readonly isLast: boolean };

function isBoundary(after: number | undefined, { delimiter, newline, isLast }: CsvForm, following: number | undefined): boolean {
  if (after === undefined) return true;
  if (after === delimiter || after === newline) return true;
  return after === carriageReturn && (following === lineFeed || (following === undefined && isLast));
}

function endAt(record: CsvRecord, at: number, bytes: Uint8Array): CsvRecord {
  record.end = at > 0 && bytes[at] === lineFeed && bytes[at - 1] === carriageReturn ? at - 1 : at;
  record.next = at + 1;
  return record;
}

/** @returns the offset behind the closing quote, −1 when there is none. */
function behindQuotes(bytes: Uint8Array, from: number, record: CsvRecord): number {
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === lineFeed) record.lines++;
    else if (byte === 0) record.flaw ??= 'NUL byte';
    if (byte !== quote) continue;
    if (bytes[i + 1] !== quote) return i + 1;
    i++;
  }
  return -1;
}

/** The quote's own line is given up; reading goes on behind it. */
function unclosed(bytes: Uint8Array, start: number, form: CsvForm, record: CsvRecord): CsvRecord {
  if (!form.isLast && bytes.length - start < mostRecordBytes) return record;
  const at = bytes.indexOf(form.newline, start);
  record.flaw = 'quote never closed';
  record.lines = 1;
  if (at >= 0) return endAt(record, at, bytes);
  record.end = bytes.length;
  record.next = bytes.length;
  return record;
}

/** The fields of a record as text; null for an empty field without quotes, which is a missing value. */
export function fieldsOf(bytes: Buffer, { start, end }: { start: number; end: number }, delimiter: number): (string | null)[] {
  const fields: (string | null)[] = [];
  let at = start;
  for (;;) {
    if (bytes[at] === quote && at < end) {
      let close = at + 1;
      while (close < end && (bytes[close] !== quote || (close + 1 < end && bytes[close + 1] === quote)))
        close += bytes[close] === quote ? 2 : 1;
      fields.push(bytes.toString('utf8', at + 1, close).replaceAll('""', '"'));
      at = close + 1;
    } else {
      const comma = bytes.indexOf(delimiter, at);
      const stop = comma < 0 || comma > end ? end : comma;
      fields.push(stop === at ? null : bytes.toString('utf8', at, stop));
      at = stop;
    }
    if (at >= end || bytes[at] !== delimiter) return fields;
    at++;
  }
}
