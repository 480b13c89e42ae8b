/**
 * Hostile pickles by family, built opcode by opcode with harmless payloads. Each names the least weight it must get: `malicious` where
 * the effect is certain from the bytes, `suspicious` where it is only possible or the target is not known.
 */
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
  obj,
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

export type Sample = {
  readonly family: string;
  readonly name: string;
  readonly data: Uint8Array;
  readonly least: 'malicious' | 'suspicious';
};

const marker = text('echo marker');
const sample = (family: string, name: string, data: Uint8Array, least: Sample['least'] = 'malicious'): Sample => ({
  family,
  name,
  data,
  least,
});

/** One call in the forms that picklers and hand-written pickles use. */
function inAllForms(
  family: string,
  module: string,
  name: string,
  { args = [marker], least = 'malicious' as Sample['least'] } = {},
): Sample[] {
  const label = `${module}.${name}`;
  return [
    sample(family, `${label} GLOBAL REDUCE`, stream(2, call(named(module, name), ...args)), least),
    sample(family, `${label} STACK_GLOBAL REDUCE`, stream(4, call(stackNamed(module, name), ...args)), least),
    sample(family, `${label} INST`, bareStream(inst(module, name, ...args)), least),
    sample(family, `${label} OBJ`, stream(2, obj(named(module, name), ...args)), least),
  ];
}

const direct: readonly (readonly [string, string, string, Sample['least']?])[] = [
  ['process', 'os', 'system'],
  ['process', 'posix', 'system'],
  ['process', 'nt', 'system'],
  ['process', 'subprocess', 'Popen'],
  ['process', 'subprocess', 'getoutput'],
  ['process', 'os', 'execv'],
  ['process', 'os', 'posix_spawn'],
  ['process', 'pty', 'spawn'],
  ['process', 'commands', 'getoutput'],
  ['process', 'platform', 'popen'],
  ['process', 'webbrowser', 'open'],
  ['process', '_posixsubprocess', 'fork_exec'],
  ['process', 'multiprocessing.util', 'spawnv_passfds'],
  ['code', 'builtins', 'eval'],
  ['code', 'builtins', 'exec'],
  ['code', '__builtin__', 'eval'],
  ['code', '__builtin__', 'execfile'],
  ['code', 'code', 'InteractiveInterpreter'],
  ['code', 'runpy', '_run_code'],
  ['code', 'runpy', 'run_path'],
  ['code', 'builtins', '__import__'],
  ['code', 'importlib', 'import_module'],
  ['code', 'builtins', 'breakpoint'],
  ['code', 'dataclasses', '_create_fn'],
  ['code', 'typing', 'get_type_hints'],
  ['installer', 'pip', 'main'],
  ['installer', 'pip._internal', 'main'],
  ['installer', 'pip._internal.cli.main', 'main'],
  ['installer', 'ensurepip', '_run_pip'],
  ['installer', 'setuptools', 'setup'],
  ['submodule of a listed module', 'asyncio.unix_events', '_UnixSubprocessTransport'],
  ['submodule of a listed module', 'asyncio.base_subprocess', 'BaseSubprocessTransport'],
  ['submodule of a listed module', 'asyncio.subprocess', 'create_subprocess_shell'],
  ['read and leak', 'linecache', 'getline'],
  ['read and leak', 'ssl', 'get_server_certificate'],
  ['read and leak', 'socket', 'gethostbyname'],
  ['read and leak', 'netrc', 'netrc'],
  ['command in a helper', 'uuid', '_get_command_stdout'],
  ['command in a helper', 'imaplib', 'IMAP4_stream'],
  ['command in a helper', '_osx_support', '_read_output'],
  ['command in a helper', '_aix_support', '_read_cmd_output'],
  ['command in a helper', 'distutils.spawn', 'spawn'],
  ['command in a helper', 'distutils.file_util', 'write_file'],
  ['command in a helper', 'ctypes.util', '_findLib_gcc'],
  ['command in a helper', 'mailcap', 'findmatch'],
  ['development tools', 'idlelib.run', 'Executive.runcode'],
  ['development tools', 'idlelib.pyshell', 'ModifiedInterpreter.runcommand'],
  ['development tools', 'idlelib.calltip', 'get_entity'],
  ['development tools', 'idlelib.autocomplete', 'AutoComplete.get_entity'],
  ['development tools', 'idlelib.debugobj', 'ObjectTreeItem.SetText'],
  ['development tools', 'lib2to3.pgen2.pgen', 'ParserGenerator.make_label'],
  ['development tools', 'lib2to3.pgen2.grammar', 'Grammar.loads'],
  ['development tools', 'doctest', 'debug_script'],
  ['development tools', 'profile', 'Profile.run'],
  ['development tools', 'cProfile', 'runctx'],
  ['development tools', 'trace', 'Trace.run'],
  ['development tools', 'timeit', 'timeit'],
  ['development tools', 'pdb', 'run'],
  ['development tools', 'bdb', 'Bdb.run'],
  ['development tools', 'pydoc', 'pipepager'],
  ['development tools', 'test.support.script_helper', 'assert_python_ok'],
  ['development tools', 'code', 'interact'],
  ['torch tools', 'torch.utils.collect_env', 'run'],
  ['torch tools', 'torch.utils.bottleneck.__main__', 'run_cprofile'],
  ['torch tools', 'torch.jit.unsupported_tensor_ops', 'execWrapper'],
  ['torch tools', 'torch.utils._config_module', 'ConfigModule.load_config'],
  ['torch tools', 'torch._dynamo.guards', 'GuardBuilder.get'],
  ['torch tools', 'torch.testing._internal.common_utils', 'run_tests'],
  ['torch tools', 'torch.distributed.rpc', 'init_rpc'],
  ['torch tools', 'torch.hub', 'load'],
  ['torch tools', 'torch.utils.cpp_extension', 'load_inline'],
  ['torch tools', 'torch.serialization', 'load', 'suspicious'],
  ['torch tools', 'torch.fx.experimental.symbolic_shapes', 'ShapeEnv.evaluate_guards_expression', 'suspicious'],
  ['torch tools', 'torch.utils.data.datapipes.utils.decoder', 'basichandlers', 'suspicious'],
  ['numpy tools', 'numpy.f2py.crackfortran', 'myeval'],
  ['numpy tools', 'numpy.f2py.crackfortran', 'getlincoef'],
  ['numpy tools', 'numpy.testing._private.utils', 'runstring'],
  ['numpy tools', 'numpy.ctypeslib', 'load_library'],
  ['numpy tools', 'numpy', 'memmap'],
  ['numpy tools', 'numpy', 'load', 'suspicious'],
  ['files', 'builtins', 'open'],
  ['files', 'io', 'open'],
  ['files', 'shutil', 'rmtree'],
  ['files', 'os', 'remove'],
  ['files', 'codecs', 'open'],
  ['files', 'tarfile', 'open'],
  ['files', 'logging', 'FileHandler'],
  ['files', 'sqlite3', 'connect'],
  ['network', 'urllib.request', 'urlopen'],
  ['network', 'requests.api', 'get'],
  ['network', 'smtplib', 'SMTP'],
  ['network', 'http.server', 'test'],
  ['network', 'xmlrpc.client', 'ServerProxy'],
  ['network', 'urllib2', 'urlopen'],
  ['native code', 'ctypes', 'CDLL'],
  ['native code', 'cffi', 'FFI'],
  ['native code', '_imp', 'create_dynamic'],
  ['native code', 'torch.classes', 'load_library', 'suspicious'],
  ['loader in a loader', 'pickle', 'load', 'suspicious'],
  ['loader in a loader', 'shelve', 'open', 'suspicious'],
  ['loader in a loader', 'pandas', 'read_pickle', 'suspicious'],
  ['loader in a loader', 'joblib', 'load', 'suspicious'],
  ['loader in a loader', 'dill', 'loads', 'suspicious'],
  ['loader in a loader', 'yaml', 'unsafe_load'],
  ['not in any list', 'somepackage.tools', 'run', 'suspicious'],
  ['not in any list', 'torch.some.new.module', 'helper', 'suspicious'],
  ['not in any list', 'sklearn.brand_new', 'make', 'suspicious'],
  ['not in any list', 'colorsys', 'rgb_to_hsv', 'suspicious'],
];

const system = named('os', 'system');
const joined = (separator: string, ...parts: readonly string[]): Part =>
  call(call(named('builtins', 'getattr'), text(separator), text('join')), list(...parts.map(text)));
const stackGlobal = (module: Part, name: Part): Part => join(module, name, op('STACK_GLOBAL'));
const withArgument = (callee: Part, ...args: readonly Part[]): Part =>
  join(callee, tuple(...(args.length > 0 ? args : [marker])), op('REDUCE'));

const computed: Sample[] = [
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

const reached: Sample[] = [
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

const inside: Sample[] = [
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

const shape: Sample[] = [
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

export const hostileSamples: readonly Sample[] = [
  ...direct.flatMap(([family, module, name, least]) => inAllForms(family, module, name, least ? { least } : {})),
  ...computed,
  ...reached,
  ...inside,
  ...shape,
];
