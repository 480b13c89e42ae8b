/** Why a table cannot be checked: codes, statuses and sentences. Light on purpose: the child process loads it without the contract. */
import { problems } from '../../contract/problem.ts';

export const dataProblems = problems('data-quality', {
  emptyData: [422, 'The data is empty: not even a header was found.'],
  unreadable: [422, 'The data cannot be read: {reason}'],
  undecodable: [422, 'The text is neither UTF-8 nor one other encoding throughout: byte {offset} does not fit. State the encoding.'],
  unsupported: [415, '{what} is not read here. CSV, TSV, JSON, NDJSON, Parquet and Arrow IPC are, also compressed with gzip or zstd.'],
  tooLarge: [413, 'The data is too large for one request: {what}.'],
  noSuchColumn: [422, 'The data has no column {column}.'],
  noColumns: [422, 'There is no column to work on: {reason}.'],
  badLabel: [422, 'The column {column} cannot be the label: {reason}.'],
  misaligned: [422, 'Of {what} there are {given}, but the data has {rows} rows.'],
  badRule: [422, 'The rule {rule} cannot be used: {reason}.'],
  timedOut: [503, 'The check took longer than {ms} ms and was stopped.'],
  outOfMemory: [413, 'The check needed more than {megabytes} MB of memory and was stopped.'],
  died: [422, 'The engine died on this data: {reason}.'],
  stopped: [409, 'The check was stopped.'],
  noSuchTable: [422, 'The database shows no table {table} to this role.'],
  databaseRefused: [422, 'The database refused: {reason}'],
  busy: [429, 'Enough checks are running. Try again in {seconds} s.'],
});
