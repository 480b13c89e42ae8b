/** Names that are computed, resolved from text, reached through other modules, or called by another function. */
import {
  bareStream,
  build,
  bytes,
  call,
  dict,
  integer,
  join,
  list,
  named,
  nothing,
  op,
  type Part,
  stackNamed,
  stream,
  text,
  tuple,
  withState,
} from './assembler.ts';
import { marker, type Sample, sample, system, withArgument } from './sample.ts';

const joined = (separator: string, ...parts: readonly string[]): Part =>
  call(call(named('builtins', 'getattr'), text(separator), text('join')), list(...parts.map(text)));
const stackGlobal = (module: Part, name: Part): Part => join(module, name, op('STACK_GLOBAL'));

const computed: readonly Sample[] = [
  sample('computed name', 'joined text', stream(4, withArgument(stackGlobal(joined('', 'o', 's'), text('system'))))),
  sample(
    'computed name',
    'joined text of something harmless',
    stream(4, withArgument(stackGlobal(joined('', 'coll', 'ections'), text('OrderedDict')))),
    'suspicious',
  ),
  sample(
    'computed name',
    'decoded bytes',
    stream(4, withArgument(stackGlobal(call(call(named('builtins', 'getattr'), bytes('os'), text('decode'))), text('system')))),
  ),
  sample(
    'computed name',
    'base64',
    stream(
      4,
      withArgument(
        stackGlobal(call(named('_codecs', 'decode'), call(named('base64', 'b64decode'), text('b3M=')), text('utf-8')), text('system')),
      ),
    ),
  ),
  sample(
    'computed name',
    'rot13',
    stream(4, withArgument(stackGlobal(text('os'), call(named('codecs', 'decode'), text('flfgrz'), text('rot13'))))),
  ),
  sample(
    'computed name',
    'characters',
    stream(
      4,
      withArgument(
        stackGlobal(
          call(named('operator', 'add'), call(named('builtins', 'chr'), integer(111)), call(named('builtins', 'chr'), integer(115))),
          text('system'),
        ),
      ),
    ),
  ),
  sample(
    'computed name',
    'percent format',
    stream(4, withArgument(stackGlobal(call(named('operator', 'mod'), text('%c%c'), tuple(integer(111), integer(115))), text('system')))),
  ),
  sample(
    'computed name',
    'reversed',
    stream(
      4,
      withArgument(
        stackGlobal(
          text('os'),
          call(call(named('builtins', 'getattr'), text(''), text('join')), call(named('builtins', 'reversed'), text('metsys'))),
        ),
      ),
    ),
  ),
  sample(
    'computed name',
    'slice',
    stream(
      4,
      withArgument(
        stackGlobal(
          text('os'),
          call(named('operator', 'getitem'), text('xxsystemxx'), call(named('builtins', 'slice'), integer(2), integer(8))),
        ),
      ),
    ),
  ),
  sample('computed name', 'unknown result', stream(4, withArgument(stackGlobal(call(named('somepackage', 'word')), text('system'))))),
  sample('computed name', 'persistent id', stream(4, withArgument(stackGlobal(join(text('0'), op('BINPERSID')), text('system'))))),
];

const reached: readonly Sample[] = [
  sample('resolver', 'pkgutil.resolve_name', stream(4, withArgument(call(named('pkgutil', 'resolve_name'), text('os:system'))))),
  sample('resolver', 'pydoc.locate', stream(4, withArgument(call(named('pydoc', 'locate'), text('os.system'))))),
  sample('resolver', 'hydra get_method', stream(4, withArgument(call(named('hydra.utils', 'get_method'), text('os.system'))))),
  sample(
    'resolver',
    'import_module and getattr',
    stream(4, withArgument(call(named('builtins', 'getattr'), call(named('importlib', 'import_module'), text('os')), text('system')))),
  ),
  sample(
    'resolver',
    'sys.modules',
    stream(
      4,
      withArgument(
        call(named('builtins', 'getattr'), call(named('operator', 'getitem'), named('sys', 'modules'), text('os')), text('system')),
      ),
    ),
  ),
  sample(
    'resolver',
    'attrgetter',
    stream(4, withArgument(call(call(named('operator', 'attrgetter'), text('system')), call(named('builtins', '__import__'), text('os'))))),
  ),
  sample(
    'resolver',
    'methodcaller',
    stream(4, call(call(named('operator', 'methodcaller'), text('system'), marker), call(named('builtins', '__import__'), text('os')))),
  ),
  sample('dotted name', 'os through shutil', stream(4, call(stackNamed('shutil', 'os.system'), marker))),
  sample('dotted name', 'os through torch', stream(4, call(stackNamed('torch', 'os.system'), marker))),
  sample('dotted name', 'sys.modules through logging', stream(4, call(stackNamed('logging', 'sys.modules.get'), text('os'))), 'suspicious'),
  sample('dotted name', 'subclasses of object', stream(4, call(stackNamed('builtins', 'object.__subclasses__')))),
  sample('dotted name', 'globals of a function', stream(4, call(stackNamed('numpy', 'array_repr.__globals__.get'), text('os')))),
  sample(
    'dotted name',
    'builtins of a module',
    stream(4, call(named('builtins', 'getattr'), stackNamed('collections', '__builtins__'), text('get'))),
  ),
  sample('dotted name', 'Grammar method', stream(4, call(stackNamed('idlelib.run', 'Executive.runcode'), marker))),
  sample(
    'dotted name',
    'Path method',
    stream(4, call(call(named('builtins', 'getattr'), call(named('pathlib', 'PosixPath'), text('marker')), text('write_text')), text('x'))),
  ),
];

const inside: readonly Sample[] = [
  sample('function inside', 'partial called', stream(4, call(call(named('functools', 'partial'), system), marker))),
  sample(
    'function inside',
    'partial with state',
    stream(
      4,
      call(withState(call(named('functools', 'partial'), named('builtins', 'len')), tuple(system, tuple(marker), dict(), nothing))),
    ),
  ),
  sample('function inside', 'partial kept', stream(4, call(named('functools', 'partial'), system)), 'suspicious'),
  sample(
    'function inside',
    'map consumed',
    stream(4, call(named('builtins', 'tuple'), call(named('builtins', 'map'), system, list(marker)))),
  ),
  sample(
    'function inside',
    'map consumed by a class',
    stream(4, build(named('builtins', 'bytes'), build(named('builtins', 'map'), named('os', 'system'), list(marker)))),
  ),
  sample('function inside', 'map not consumed', stream(4, call(named('builtins', 'map'), system, list(marker))), 'suspicious'),
  sample(
    'function inside',
    'starmap consumed',
    stream(4, call(named('builtins', 'list'), call(named('itertools', 'starmap'), system, list(tuple(marker))))),
  ),
  sample('function inside', 'reduce', stream(4, call(named('functools', 'reduce'), system, list(marker, marker)))),
  sample('function inside', 'apply', bareStream(call(named('__builtin__', 'apply'), named('os', 'system'), tuple(marker)))),
  sample('function inside', 'operator.call', stream(4, call(named('operator', 'call'), system, marker))),
  sample(
    'function inside',
    'reconstructor with a base',
    stream(2, call(named('copyreg', '_reconstructor'), named('collections', 'OrderedDict'), named('subprocess', 'Popen'), marker)),
  ),
  sample(
    'function inside',
    'pandas index of another class',
    stream(4, call(named('pandas.core.indexes.base', '_new_Index'), named('subprocess', 'Popen'), dict([text('args'), marker]))),
  ),
  sample(
    'function inside',
    'pandas index of an unknown class',
    stream(4, call(named('pandas.core.indexes.base', '_new_Index'), named('somepackage', 'run'), dict())),
    'suspicious',
  ),
  sample('function inside', 'alias of a function', stream(4, withArgument(call(named('types', 'GenericAlias'), system, tuple())))),
  sample(
    'function inside',
    'factory of a defaultdict',
    stream(
      4,
      call(
        call(named('operator', 'itemgetter'), text('x')),
        call(named('collections', 'defaultdict'), call(named('functools', 'partial'), system, marker)),
      ),
    ),
  ),
  sample(
    'function inside',
    'factory of a package nobody knows',
    stream(
      4,
      call(call(named('operator', 'itemgetter'), text('x')), call(named('collections', 'defaultdict'), named('somepackage', 'run'))),
    ),
    'suspicious',
  ),
  sample(
    'dotted name',
    'several attributes at once',
    stream(4, call(call(named('operator', 'attrgetter'), text('__class__.__base__'), text('real')), integer(1))),
    'suspicious',
  ),
  sample(
    'function inside',
    'numpy random constructor',
    stream(4, call(named('numpy.random._pickle', '__randomstate_ctor'), marker, system)),
  ),
  sample('function inside', 'defaultdict factory', stream(4, call(named('collections', 'defaultdict'), system)), 'suspicious'),
  sample(
    'function inside',
    'torch type rebuild',
    stream(2, call(named('torch._tensor', '_rebuild_from_type_v2'), system, named('torch', 'Tensor'), tuple(marker), nothing)),
  ),
];

export const indirectSamples: readonly Sample[] = [...computed, ...reached, ...inside];
