/**
 * The one door between the parts that read Python: expressions hold calls, calls go through statements, statements hold expressions.
 * A part imports the parts below it; what lies above it, it asks through this. Built once for each reading, in analyse-python.ts.
 */
import type { Call, Invocation } from './python-call.ts';
import type { Block, Expression } from './python-tree.ts';
import type { FunctionValue, PythonScope, Value } from './python-values.ts';

export type Interpreter = {
  /** What an expression stands for; unknown for everything that is not certain. */
  evaluate(expression: Expression | null, scope: PythonScope): Value;
  /** Goes through statements. @returns what `return` gave, the gravest of several; undefined without one. */
  execute(block: Block, scope: PythonScope): Value | undefined;
  /** Goes through the body of a function of the file. */
  callFunction(called: FunctionValue, call: Call): Value;
  /** Calls whatever can be called. */
  applyValue(callee: Value, call: Invocation): Value;
};
