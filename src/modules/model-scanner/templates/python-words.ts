/** Words that lead from a Jinja template to Python, and words that conversations have anyway. */
import type { JinjaExpression } from './jinja-tree.ts';

/** Objects every Jinja environment brings, from which Python's own objects are one attribute away. */
export const doorways = new Set([
  'cycler',
  'joiner',
  'lipsum',
  'namespace',
  'self',
  'request',
  'config',
  'url_for',
  'get_flashed_messages',
  'dict',
  'range',
  'g',
  'session',
  'raise_exception',
  'strftime_now',
  'tojson',
  'caller',
  'varargs',
  'kwargs',
]);
/** Attributes on the way from any object to code: a call behind one of them is no accident. */
export const ladder = new Set(
  '__class__ __base__ __bases__ __mro__ mro __subclasses__ __init__ __globals__ __builtins__ __import__ __dict__ __getattribute__ __getattr__ __code__ __closure__ __func__ __self__ __module__ __reduce__ __reduce_ex__ __loader__ __spec__ __init_subclass__ func_globals f_globals gi_frame gi_code im_func _TemplateReference__context'.split(
    ' ',
  ),
);
/** Names of functions that act, looked up on anything. */
export const harmful = new Set(
  'popen system subprocess builtins subclasses getattr eval exec compile import_module check_output spawn load_module mro func_globals f_globals gi_frame im_func Popen'.split(
    ' ',
  ),
);
export const harmfulFunctions = new Set([
  'open',
  'exec',
  'eval',
  'compile',
  '__import__',
  'getattr',
  'setattr',
  'globals',
  'locals',
  'vars',
  'os',
  'popen',
  'system',
  'input',
  'breakpoint',
]);
export const byAttribute = new Set(['map', 'selectattr', 'rejectattr', 'groupby', 'sort', 'sum', 'unique', 'min', 'max', 'join']);
/** A field of a format string that leads to an attribute of Python: `{0.__class__}`, `{x[__init__]}`. */
export const formatField = /\{[^{}]{0,200}[.[]_?_[a-z]\w*/i;

export const fields = new Set(['type', 'role', 'name', 'id', 'function', 'tool_calls', 'tool_call_id', 'image', 'image_url', 'arguments']);

/** Under this name, which no template can write, stands the text between `{% set x | trim %}` and `{% endset %}`. */
export const blockName = '{% %}';
export const blockText = (at: number): JinjaExpression => ({ kind: 'name', name: blockName, at });

/** `{% filter attr('x')|upper %}` passes the text of its block through filters: as an expression, so that it is walked like one. */
export function blockFilter(value: JinjaExpression): JinjaExpression {
  const { at } = value;
  const of = blockText(at);
  if (value.kind === 'filter') return { ...value, of: blockFilter(value.of) };
  if (value.kind === 'name') return { kind: 'filter', of, name: value.name, args: [], at };
  if (value.kind === 'call' && value.callee.kind === 'name') return { kind: 'filter', of, name: value.callee.name, args: value.args, at };
  return value;
}
