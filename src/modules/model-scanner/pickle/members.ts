/** Attributes and elements of values, as getattr and [] find them. */
import { itemOf } from './fold.ts';
import type { Interpreter } from './interpreter.ts';
import { resolveMember } from './names.ts';
import { unknown, type Value } from './values.ts';

/** `value.name`, with `name` possibly dotted. */
export function attribute(interpreter: Interpreter, value: Value, name: string): Value {
  if (value.kind === 'global') return interpreter.globalValue(resolveMember(interpreter.tables, value.target, name), value.computed);
  return { kind: 'method', self: value, name, ...interpreter.site() };
}

/** `value[key]`; `sys.modules['os']` is the module. */
export function item(interpreter: Interpreter, value: Value, key: Value): Value {
  if (value.kind === 'global' && value.target.key === 'sys modules' && key.kind === 'text')
    return interpreter.reference(key.text, '', true);
  // `vars(os)['system']` and `os.__dict__['system']` are attributes by another name.
  if (value.kind === 'global' && value.target.name.endsWith('__dict__') && key.kind === 'text') {
    const owner = value.target.name.replace(/\.?__dict__$/, '');
    return interpreter.reference(value.target.module, owner === '' ? key.text : `${owner}.${key.text}`, true);
  }
  return itemOf(value, key, interpreter) ?? unknown;
}
