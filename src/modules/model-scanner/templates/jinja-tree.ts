/** The tree of a Jinja template. */
export type JinjaArgument = { readonly name: string | null; readonly value: JinjaExpression };

export type JinjaExpression = { readonly at: number } & (
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'attribute'; readonly of: JinjaExpression; readonly name: string }
  | { readonly kind: 'index'; readonly of: JinjaExpression; readonly index: JinjaExpression }
  | { readonly kind: 'slice'; readonly bounds: readonly (JinjaExpression | null)[] }
  | { readonly kind: 'call'; readonly callee: JinjaExpression; readonly args: readonly JinjaArgument[] }
  | { readonly kind: 'filter'; readonly of: JinjaExpression; readonly name: string; readonly args: readonly JinjaArgument[] }
  | { readonly kind: 'test'; readonly of: JinjaExpression; readonly name: string; readonly args: readonly JinjaArgument[] }
  | { readonly kind: 'list'; readonly items: readonly JinjaExpression[] }
  | { readonly kind: 'dict'; readonly entries: readonly { readonly key: JinjaExpression; readonly value: JinjaExpression }[] }
  | {
      readonly kind: 'chain';
      readonly first: JinjaExpression;
      readonly rest: readonly { readonly sign: string; readonly operand: JinjaExpression }[];
    }
  | { readonly kind: 'not'; readonly operand: JinjaExpression }
  | { readonly kind: 'conditional'; readonly then: JinjaExpression; readonly test: JinjaExpression; readonly other: JinjaExpression | null }
  | { readonly kind: 'unreadable' }
);

/** Statements in the order they stand; blocks are told by their opening and closing statements, as `depth` counts them. */
export type JinjaStatement =
  | { readonly kind: 'text'; readonly text: string; readonly at: number }
  | { readonly kind: 'output'; readonly value: JinjaExpression; readonly at: number }
  | {
      readonly kind: 'set';
      readonly names: readonly string[];
      /** null: the text up to `endset`, through `filters`, whose innermost subject stands for that text. */
      readonly value: JinjaExpression | null;
      readonly filters: JinjaExpression | null;
      readonly at: number;
    }
  | {
      readonly kind: 'for';
      readonly names: readonly string[];
      readonly iterable: JinjaExpression;
      readonly condition: JinjaExpression | null;
      readonly at: number;
    }
  | {
      readonly kind: 'with';
      readonly bindings: readonly { readonly names: readonly string[]; readonly value: JinjaExpression }[];
      readonly at: number;
    }
  | { readonly kind: 'if' | 'elif'; readonly test: JinjaExpression; readonly at: number }
  | { readonly kind: 'else' | 'end'; readonly word: string; readonly at: number }
  | {
      readonly kind: 'macro';
      readonly name: string;
      readonly parameters: readonly string[];
      readonly defaults: readonly JinjaExpression[];
      readonly at: number;
    }
  | { readonly kind: 'load'; readonly word: string; readonly value: JinjaExpression; readonly at: number }
  | {
      readonly kind: 'other';
      readonly word: string;
      readonly values: readonly JinjaExpression[];
      readonly opens: boolean;
      /** Of `call`: what the macro hands to its body. */
      readonly parameters: readonly string[];
      readonly at: number;
    };
