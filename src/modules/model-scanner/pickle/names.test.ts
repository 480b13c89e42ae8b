import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originOf, resolve } from './names.ts';
import { catalogTables } from './testing/catalog.ts';

const tables = catalogTables();
const found = (module: string, name: string, protocol = 4) => {
  const target = resolve(tables, module, name, protocol);
  return `${target.module} ${target.name}`.trim();
};

test('maps Python 2 names below protocol 3, as CPython _compat_pickle does', () => {
  assert.equal(found('__builtin__', 'xrange', 2), 'builtins range');
  assert.equal(found('copy_reg', '_reconstructor', 0), 'copyreg _reconstructor');
  assert.equal(found('urllib', 'urlopen', 2), 'urllib.request urlopen');
  assert.equal(found('__builtin__', 'xrange', 3), '__builtin__ xrange');
});

test('finds a module through another that imports it', () => {
  assert.equal(found('shutil', 'os.system'), 'os system');
  assert.equal(found('pickle', '_sys.modules'), 'sys modules');
  assert.equal(found('torch', 'os.path.sys.exit'), 'sys exit');
  assert.equal(found('posix', 'system'), 'os system');
});

test('finds a harmful function under the name another module gives it', () => {
  const target = resolve(tables, '_operator', 'attrgetter', 4);
  assert.equal(`${target.module} ${target.name}`, 'operator attrgetter');
  assert.equal(target.written, '_operator.attrgetter');
});

test('tells members of classes, enum constants, unknown hops and dunders apart', () => {
  const path = (module: string, name: string) => resolve(tables, module, name, 4).path;
  assert.equal(path('somepackage', 'Outer.Inner'), 'member');
  assert.equal(path('http', 'HTTPStatus.OK'), 'plain', 'recorded as a fact');
  assert.equal(path('torch.anything', 'Color.RED'), 'constant');
  assert.equal(path('somepackage', 'function.attribute'), 'unknown-hop');
  assert.equal(path('somepackage', 'Klass.__globals__'), 'hidden');
  assert.equal(path('builtins', 'object.__subclasses__'), 'hidden');
  assert.equal(path('collections', '__builtins__'), 'hidden');
  assert.equal(path('builtins', Array.from({ length: 40 }, () => 'a').join('.')), 'hidden', 'more hops than any class has');
});

test('gives a submodule the effect of its package', () => {
  assert.equal(resolve(tables, 'asyncio.unix_events', '_UnixSubprocessTransport._start', 4).effect?.effect, 'exec');
  assert.equal(resolve(tables, 'idlelib.anything', 'x', 4).effect?.effect, 'exec');
  assert.equal(resolve(tables, 'collections', 'OrderedDict', 4).effect, undefined);
});

test('knows where a module comes from', () => {
  assert.equal(originOf(tables, 'os.path'), 'standard-library');
  assert.equal(originOf(tables, 'torch.nn.modules'), 'ai-package');
  assert.equal(originOf(tables, 'acme.models'), 'unknown-package');
  assert.equal(originOf(tables, '__main__'), 'unknown-package');
});

test('takes names that JavaScript objects have for what they are', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const target = resolve(tables, name, name, 4);
    assert.equal(target.module, name);
    assert.equal(target.allow, undefined);
    assert.equal(target.effect, undefined);
  }
});
