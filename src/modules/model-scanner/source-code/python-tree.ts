/** The tree of a Python file, as far as the scanner needs it. Offsets are offsets in the source text. */

export type Argument = { readonly name: string | null; readonly star: '' | '*' | '**'; readonly value: Expression };
export type Parameter = { readonly name: string; readonly star: '' | '*' | '**'; readonly default: Expression | null };
export type Clause = { readonly target: Expression; readonly iterable: Expression; readonly conditions: readonly Expression[] };

type Spot = { readonly at: number; readonly end: number };

export type Expression = Spot &
  (
    | { readonly kind: 'name'; readonly id: string }
    | { readonly kind: 'text' | 'bytes'; readonly value: string }
    | { readonly kind: 'format'; readonly parts: readonly (string | Expression)[] }
    | { readonly kind: 'integer'; readonly value: bigint }
    | { readonly kind: 'float'; readonly value: number }
    | { readonly kind: 'constant'; readonly value: boolean | null }
    | { readonly kind: 'attribute'; readonly of: Expression; readonly name: string }
    | { readonly kind: 'call'; readonly callee: Expression; readonly args: readonly Argument[] }
    | { readonly kind: 'index'; readonly of: Expression; readonly index: Expression }
    | { readonly kind: 'slice'; readonly lower: Expression | null; readonly upper: Expression | null; readonly step: Expression | null }
    | { readonly kind: 'list' | 'tuple' | 'set'; readonly items: readonly Expression[] }
    | { readonly kind: 'dict'; readonly entries: readonly { readonly key: Expression | null; readonly value: Expression }[] }
    /** Operands of one precedence in a row, so that a long sum is no deep tree: `first op operand op operand …`. */
    | {
        readonly kind: 'chain';
        readonly first: Expression;
        readonly rest: readonly { readonly sign: string; readonly operand: Expression }[];
      }
    | { readonly kind: 'unary'; readonly sign: string; readonly operand: Expression }
    | { readonly kind: 'conditional'; readonly test: Expression; readonly then: Expression; readonly other: Expression }
    | { readonly kind: 'lambda'; readonly parameters: readonly Parameter[]; readonly body: Expression }
    | {
        readonly kind: 'comprehension';
        readonly result: 'list' | 'set' | 'dict' | 'generator';
        readonly key: Expression | null;
        readonly element: Expression;
        readonly clauses: readonly Clause[];
      }
    | { readonly kind: 'star' | 'await' | 'yield'; readonly value: Expression | null }
    | { readonly kind: 'walrus'; readonly target: string; readonly value: Expression }
    | { readonly kind: 'unreadable' }
  );

export type Block = readonly Statement[];

export type FunctionStatement = Spot & {
  readonly kind: 'function';
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly decorators: readonly Expression[];
  readonly body: Block;
};
export type ClassStatement = Spot & {
  readonly kind: 'class';
  readonly name: string;
  readonly bases: readonly Argument[];
  readonly decorators: readonly Expression[];
  readonly body: Block;
};

export type Statement =
  | (Spot &
      (
        | { readonly kind: 'expression' | 'delete'; readonly value: Expression }
        | { readonly kind: 'assign'; readonly targets: readonly Expression[]; readonly sign: string; readonly value: Expression }
        | { readonly kind: 'import'; readonly names: readonly { readonly module: string; readonly as: string | null }[] }
        | {
            readonly kind: 'from';
            readonly module: string;
            /** Leading dots: 0 is absolute. */
            readonly level: number;
            /** Empty for `*`. */
            readonly names: readonly { readonly name: string; readonly as: string | null }[];
          }
        | { readonly kind: 'if'; readonly branches: readonly { readonly test: Expression | null; readonly body: Block }[] }
        | { readonly kind: 'for'; readonly target: Expression; readonly iterable: Expression; readonly body: Block; readonly other: Block }
        | { readonly kind: 'while'; readonly test: Expression; readonly body: Block; readonly other: Block }
        | {
            readonly kind: 'try';
            readonly body: Block;
            readonly handlers: readonly { readonly name: string | null; readonly body: Block }[];
            readonly other: Block;
            readonly last: Block;
          }
        | {
            readonly kind: 'with';
            readonly items: readonly { readonly context: Expression; readonly target: Expression | null }[];
            readonly body: Block;
          }
        | { readonly kind: 'match'; readonly subject: Expression; readonly cases: readonly Block[] }
        | { readonly kind: 'return' | 'raise'; readonly value: Expression | null }
        | { readonly kind: 'global'; readonly names: readonly string[] }
        | { readonly kind: 'pass' }
      ))
  | FunctionStatement
  | ClassStatement;

export type Module = {
  readonly body: Block;
  /** Lines that are no Python, as far as was looked: 0 for a file that parses. */
  readonly broken: number;
  /** Something is nested deeper, or is longer, than is read. */
  readonly cut: boolean;
  readonly lookalikes: readonly number[];
  /** Statements read, those of blocks included. */
  readonly statements: number;
};
