/** What hides in the stream itself: other streams, memo, opcodes, nested pickles, changes in place, exhaustion. */
import {
  bareStream,
  build,
  bytes,
  call,
  dict,
  get,
  inst,
  integer,
  join,
  list,
  named,
  nothing,
  op,
  type Part,
  put,
  raw,
  stackNamed,
  stream,
  text,
  tuple,
  withItems,
  withState,
} from './assembler.ts';
import { marker, type Sample, sample, system, withArgument } from './sample.ts';

const hostilePart = call(system, marker);
const hostileStream = stream(2, hostilePart);
const good = stream(4, list(integer(1)));
const tensor = call(
  named('torch._utils', '_rebuild_tensor_v2'),
  join(tuple(text('storage'), named('torch', 'FloatStorage'), text('0'), text('cpu'), integer(4)), op('BINPERSID')),
  integer(0),
  tuple(integer(4)),
  tuple(integer(1)),
  op('NEWFALSE'),
  call(named('collections', 'OrderedDict')),
);
const wrapperState = (size: number): Part =>
  dict(
    [text('subclass'), named('numpy', 'ndarray')],
    [text('shape'), tuple(integer(size))],
    [text('order'), text('C')],
    [text('dtype'), call(named('numpy', 'dtype'), text('u1'), op('NEWFALSE'), op('NEWTRUE'))],
    [text('allow_mmap'), op('NEWTRUE')],
  );
const hiddenInArray = join(op('POP'), hostilePart, op('STOP'));

/** Runs a text of its state when it is loaded. */
const distribution = build(named('scipy.stats._continuous_distns', 'norm_gen'));

export const streamSamples: readonly Sample[] = [
  sample('hidden stream', 'second pickle', Buffer.concat([good, hostileStream])),
  sample('hidden stream', 'after rubbish', Buffer.concat([good, Buffer.from([0xff, 0xfe, 0x00]), hostileStream])),
  sample(
    'hidden stream',
    'protocol 0 after rubbish',
    Buffer.concat([good, Buffer.from('\xff\xff\xff', 'latin1'), bareStream(inst('os', 'system', raw("S'x'\n")))]),
  ),
  sample(
    'hidden stream',
    'after an unknown opcode',
    Buffer.concat([stream(2, integer(1)).subarray(0, -1), Buffer.from([0xff]), hostileStream]),
  ),
  sample(
    'hidden stream',
    'inside the data of an array',
    stream(
      4,
      withState(build(named('joblib.numpy_pickle', 'NumpyArrayWrapper')), wrapperState(hiddenInArray.length)),
      hiddenInArray,
      op('NONE'),
    ),
  ),
  sample(
    'hidden stream',
    'decoy that swallows',
    Buffer.concat([good, Buffer.from([0xff]), op('PROTO', 4), op('SHORT_BINBYTES', 60), hostileStream, Buffer.alloc(100, 0xff)]),
  ),
  sample('broken after the call', 'no STOP', stream(2, hostilePart).subarray(0, -1)),
  sample('broken after the call', 'stack underflow', stream(2, hostilePart, op('POP'), op('POP'), op('POP'))),
  sample(
    'broken after the call',
    'cut in a value',
    Buffer.concat([stream(2, hostilePart).subarray(0, -1), Buffer.from([0x58, 0xff, 0xff])]),
  ),
  sample(
    'memo',
    'overwritten entry',
    stream(
      4,
      text('collections'),
      put(0),
      op('POP'),
      text('os'),
      put(0),
      op('POP'),
      text('system'),
      put(1),
      op('POP'),
      withArgument(join(get(0), get(1), op('STACK_GLOBAL'))),
    ),
  ),
  sample('memo', 'global through the memo', stream(2, system, put(5), op('POP'), text('decoy'), op('POP'), withArgument(get(5)))),
  sample(
    'memo',
    'entry written as 1_0',
    bareStream(raw("ccollections\nOrderedDict\np10\n0csomepackage\nrun\np 1_0\n0g10\n(S'x'\ntR")),
    'suspicious',
  ),
  sample('memo', 'DUP of the module name', stream(4, withArgument(join(text('pip'), op('DUP'), op('STACK_GLOBAL'))))),
  sample('memo', 'entry never written', stream(4, withArgument(join(get(7), text('system'), op('STACK_GLOBAL'))))),
  sample('other opcodes', 'extension code called', stream(2, withArgument(op('EXT1', 7))), 'suspicious'),
  sample('other opcodes', 'persistent object called', stream(2, withArgument(join(text('0'), op('BINPERSID')))), 'suspicious'),
  sample(
    'other opcodes',
    'NEWOBJ_EX of a process',
    stream(4, named('subprocess', 'Popen'), tuple(marker), dict(), op('NEWOBJ_EX')),
    'suspicious',
  ),
  sample('other opcodes', 'memmap built', stream(4, build(named('numpy', 'memmap'), text('marker'), text('uint8'), text('w+')))),
  sample('other opcodes', 'names of Python 2 under protocol 4', stream(4, call(named('__builtin__', 'eval'), marker))),
  sample('nested pickle', 'argument of loads', stream(4, call(named('pickle', 'loads'), bytes(hostileStream)))),
  sample(
    'nested pickle',
    'argument of _load_from_bytes',
    stream(4, call(named('torch.storage', '_load_from_bytes'), bytes(hostileStream))),
  ),
  sample('nested pickle', 'constant', stream(4, list(bytes(hostileStream)))),
  sample('nested pickle', 'constant of protocol 0', stream(4, list(bytes(Buffer.from("cos\nsystem\n(S'x'\ntR.", 'latin1'))))),
  sample('nested pickle', 'Python 2 string', bareStream(join(op('SHORT_BINSTRING', hostileStream.length), hostileStream))),
  sample(
    'nested pickle',
    'unknown bytes',
    stream(4, call(named('torch.storage', '_load_from_bytes'), call(named('somepackage', 'read')))),
    'suspicious',
  ),
  sample(
    'change in place',
    'BUILD on a module attribute',
    stream(4, withState(stackNamed('os', 'path'), dict([text('join'), system]))),
    'suspicious',
  ),
  sample(
    'change in place',
    'BUILD on a class',
    stream(2, withState(named('collections', 'OrderedDict'), tuple(nothing, dict([text('__reduce__'), system])))),
    'suspicious',
  ),
  sample(
    'change in place',
    'SETITEMS on os.environ',
    stream(2, withItems(named('os', 'environ'), [text('LD_PRELOAD'), text('marker.so')])),
    'suspicious',
  ),
  sample(
    'change in place',
    'SETITEMS on sys.modules',
    stream(2, withItems(named('sys', 'modules'), [text('json'), nothing])),
    'suspicious',
  ),
  sample('change in place', 'APPEND to sys.path', stream(2, named('sys', 'path'), text('/tmp'), op('APPEND')), 'suspicious'),
  sample('change in place', 'SETITEM on a tensor', stream(2, tensor, integer(9), integer(1), op('SETITEM')), 'suspicious'),
  sample('change in place', 'SETITEM on a text', stream(2, text('a'), integer(9), integer(1), op('SETITEM')), 'suspicious'),
  sample(
    'code in a state',
    'template of a distribution',
    stream(4, withState(distribution, dict([text('_parse_arg_template'), text("import os\nos.system('echo marker')\n")]))),
  ),
  sample(
    'code in a state',
    'template in a sequence of pairs',
    stream(4, withState(distribution, tuple(tuple(text('_parse_arg_template'), text('print(1)')), tuple(text('a'), integer(1))))),
  ),
  sample(
    'code in a state',
    'template in an ordered dict',
    stream(
      4,
      withState(distribution, withItems(call(named('collections', 'OrderedDict')), [text('_parse_arg_template'), text('print(1)')])),
    ),
  ),
  sample(
    'code in a state',
    'template behind a thousand keys',
    stream(
      4,
      withState(
        distribution,
        dict(...Array.from({ length: 1500 }, (_, at) => [integer(at), nothing] as const), [text('_parse_arg_template'), text('print(1)')]),
      ),
    ),
    'suspicious',
  ),
  sample(
    'code in a state',
    'formula of a model',
    stream(
      4,
      withState(
        build(named('statsmodels.base.data', 'PandasData')),
        dict([text('restore_design_info'), op('NEWTRUE')], [text('formula'), text("y ~ __import__('os').system('echo marker')")]),
      ),
    ),
  ),
  sample('resolver', 'ufunc by name', stream(4, withArgument(call(named('numpy.core', '_ufunc_reconstruct'), text('os'), text('system'))))),
  sample(
    'change in place',
    'dunder state',
    stream(2, withState(build(named('collections', 'OrderedDict')), dict([text('__setstate__'), nothing]))),
    'suspicious',
  ),
  sample(
    'exhaustion',
    'doubling tuple as a key',
    stream(
      2,
      op('EMPTY_TUPLE'),
      ...Array.from({ length: 40 }, () => join(op('DUP'), op('TUPLE2'))),
      put(0),
      op('POP'),
      op('EMPTY_DICT'),
      get(0),
      integer(1),
      op('SETITEM'),
    ),
  ),
  sample(
    'exhaustion',
    'doubling tuple in a set',
    stream(
      4,
      op('EMPTY_SET'),
      op('MARK'),
      op('EMPTY_TUPLE'),
      ...Array.from({ length: 40 }, () => join(op('DUP'), op('TUPLE2'))),
      op('ADDITEMS'),
    ),
  ),
  sample('exhaustion', 'memo index', stream(2, integer(1), op('LONG_BINPUT', 0xff, 0xff, 0xff, 0xff))),
  sample('exhaustion', 'announced length', Buffer.concat([op('PROTO', 4), op('BINBYTES8', 0, 0, 0, 0, 0, 1, 0, 0)])),
  sample('exhaustion', 'decimal text', bareStream(raw(`L${'9'.repeat(100_000)}L\n`)), 'suspicious'),
  sample('exhaustion', 'bytearray of a length', stream(4, call(named('builtins', 'bytearray'), integer(2 ** 31 - 1))), 'suspicious'),
  sample(
    'exhaustion',
    'list of a range',
    stream(4, call(named('builtins', 'list'), call(named('builtins', 'range'), integer(0), integer(2 ** 31 - 1), integer(1)))),
    'suspicious',
  ),
  sample(
    'frame',
    'longer than the file',
    Buffer.concat([op('PROTO', 4), op('FRAME', 0, 1, 0, 0, 0, 0, 0, 0), integer(1), op('STOP')]),
    'suspicious',
  ),
  sample(
    'frame',
    'goes on after STOP',
    Buffer.concat([op('PROTO', 4), op('FRAME', 20, 0, 0, 0, 0, 0, 0, 0), integer(1), op('STOP'), Buffer.alloc(20)]),
    'suspicious',
  ),
];
