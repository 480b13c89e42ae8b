/**
 * What a transaction sends over its connection: the driver's way of asking, with answers kept in our own, lighter way.
 *
 * The driver copies each configuration property by property, makes promises and stack traces, and gathers an object of
 * results for each part of a statement. That was a tenth of what a small request costs.
 */
import pg from 'pg';

export type Question = string | pg.QueryConfig;
type Answered = (error: Error | null, result: pg.QueryResult) => void;
/** What the driver is told of a statement besides what its types say. */
type Config = pg.QueryConfig & { readonly rowMode?: string };
type Field = pg.FieldDef;
type Parser = (text: string) => unknown;

/** BEGIN, whose answer nobody waits for: nothing of it is kept. One for each connection, whose text changes. */
export class Begin extends pg.Query {
  declare text: string;
  handleCommandComplete(): void {}
  handleReadyForQuery(): void {}
  /** Where BEGIN fails the statement after it fails too, outside no transaction. */
  handleError(): void {}
}

/** One statement; of several in one text the answer is the last one's. */
class Statement extends pg.Query {
  declare name: string | undefined;
  readonly #answered: Answered;
  readonly #types: pg.CustomTypesConfig;
  readonly #asArrays: boolean;
  #fields: Field[] = [];
  #parsers: Parser[] = [];
  #rows: unknown[] = [];
  #tag = '';
  #failure: Error | null = null;

  constructor(config: Config, values: unknown[] | undefined, answered: Answered) {
    super(config.text, values ?? config.values ?? [], answered as never);
    this.name = config.name;
    this.#types = config.types ?? pg.types;
    this.#asArrays = config.rowMode === 'array';
    this.#answered = answered;
  }

  handleRowDescription({ fields }: { fields: Field[] }): void {
    this.#fields = fields;
    this.#parsers = fields.map(({ dataTypeID, format }) => this.#types.getTypeParser(dataTypeID, format === 'binary' ? 'binary' : 'text'));
    this.#rows = [];
  }

  handleDataRow({ fields: values }: { fields: (string | null)[] }): void {
    if (this.#failure !== null) return;
    try {
      this.#rows.push(this.#asArrays ? values.map((value, at) => this.#parsed(value, at)) : this.#object(values));
    } catch (error) {
      this.#failure = error instanceof Error ? error : new TypeError('a value could not be read', { cause: error });
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#tag = text;
  }

  handleReadyForQuery(): void {
    if (this.#failure !== null) this.handleError(this.#failure);
    else this.#answered(null, { ...counted(this.#tag), oid: 0, rows: this.#rows, fields: this.#fields });
  }

  handleError(error: Error): void {
    this.#answered(error, nothing);
  }

  #object(values: readonly (string | null)[]): Record<string, unknown> {
    const row: Record<string, unknown> = {};
    for (const [at, { name }] of this.#fields.entries()) row[name] = this.#parsed(values[at] ?? null, at);
    return row;
  }

  #parsed(value: string | null, at: number): unknown {
    return value === null ? null : this.#parsers[at]?.(value);
  }
}

const nothing: pg.QueryResult = { command: '', rowCount: null, oid: 0, rows: [], fields: [] };

/** 'INSERT 0 3' is the command INSERT with 3 rows, 'CREATE TABLE' is CREATE with none to count. */
function counted(tag: string): { command: string; rowCount: number | null } {
  const space = tag.indexOf(' ');
  if (space < 0) return { command: tag, rowCount: null };
  const rows = Number(tag.slice(tag.lastIndexOf(' ') + 1));
  return { command: tag.slice(0, space), rowCount: Number.isInteger(rows) ? rows : null };
}

/** Runs a statement on a connection, after those it was given before. */
export function ask(client: pg.ClientBase, question: Question, values?: unknown[]): Promise<pg.QueryResult> {
  const config = typeof question === 'string' ? { text: question } : question;
  return new Promise((resolve, reject) => {
    client.query(new Statement(config, values, (error, result) => (error === null ? resolve(result) : reject(error))));
  });
}
