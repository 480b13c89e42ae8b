import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budget, defaultLimits } from '../engine/budget.ts';
import { bytesSource } from '../engine/source.ts';
import { readPickle } from './read-pickle.ts';
import {
  bareStream,
  build,
  bytes,
  call,
  dict,
  get,
  inst,
  integer,
  list,
  named,
  op,
  put,
  raw,
  stackNamed,
  stream,
  text,
  tuple,
  withState,
} from './testing/assembler.ts';
import { catalogTables } from './testing/catalog.ts';
import { readBytes } from './testing/verdict.ts';
import { weighGlobal } from './weigh.ts';

const tables = catalogTables();
const read = (data: Uint8Array, place = {}) => readBytes(data, tables, place).facts;
const codes = (data: Uint8Array, place = {}) => read(data, place).anomalies.map(({ code }) => code);
const harmless = stream(4, list(integer(1), text('a text of some length')));
const hostile = stream(2, call(named('os', 'system'), text('id')));

test('says what is called, with which arguments, where, and what it does', () => {
  const [fact] = read(hostile).globals;
  assert.deepEqual(fact, {
    kind: 'global',
    module: 'os',
    name: 'system',
    position: 'call',
    judgement: 'harmful',
    effect: 'exec',
    certainty: 'proved',
    origin: 'standard-library',
    expression: "os.system('id')",
    // PROTO, GLOBAL, MARK, SHORT_BINUNICODE, TUPLE, REDUCE: the sixth opcode, after 2 + 11 + 1 + 4 + 1 bytes.
    where: { containerPath: ['test.pkl'], offset: 19, length: null, opcodeIndex: 5 },
  });
});

test('keeps the name as written beside the name Python finds', () => {
  const [fact] = read(bareStream(inst('posix', 'system', raw("S'id'\n")))).globals;
  assert.equal(fact?.module, 'os');
  assert.equal(fact?.written, 'posix.system');
});

test('tells a bare reference from a call', () => {
  const [fact] = read(stream(2, list(named('os', 'system')))).globals;
  assert.equal(fact?.position, 'reference');
  assert.equal(fact?.certainty, 'possible');
});

test('weighs names without facts by where they come from and how they are used', () => {
  const weight = (data: Uint8Array) => read(data).globals.map(weighGlobal);
  assert.deepEqual(weight(stream(2, build(named('torch.nn.brandnew', 'Layer')))), ['informational']);
  assert.deepEqual(weight(stream(2, build(named('acme.models', 'Layer')))), ['risky']);
  assert.deepEqual(weight(stream(2, build(named('colorsys', 'Thing')))), ['suspicious']);
  assert.deepEqual(weight(stream(2, named('acme.models', 'layer'))), ['risky']);
  assert.deepEqual(weight(stream(2, named('torch.brandnew', 'layer'))), ['risky']);
  assert.deepEqual(weight(stream(2, call(named('torch.brandnew', 'layer')))), ['suspicious']);
});

test('allows a reducer only with the arguments libraries give it', () => {
  assert.equal(readBytes(stream(2, call(named('datetime', 'timedelta'), integer(1), integer(2), integer(3))), tables).weight, 'clean');
  assert.equal(
    readBytes(stream(2, call(named('sklearn.tree._tree', 'Tree'), text('a'), text('b'), text('c'))), tables).weight,
    'suspicious',
  );
});

test('takes an enum member reached by getattr for what it is', () => {
  const member = call(named('builtins', 'getattr'), named('http', 'HTTPStatus'), text('OK'));
  assert.equal(readBytes(stream(4, member), tables).weight, 'clean');
  const dunder = call(named('builtins', 'getattr'), named('http', 'HTTPStatus'), text('__init__'));
  assert.equal(readBytes(stream(4, dunder), tables).weight, 'malicious');
});

test('reads every pickle of a row, and only the first when the source goes on with something else', () => {
  const row = Buffer.concat([harmless, harmless, hostile]);
  assert.equal(read(row).pickles, 3);
  assert.equal(read(row).end, row.length);
  assert.equal(read(row, { whole: false }).end, harmless.length);
  assert.deepEqual(read(row, { whole: false }).globals, []);
});

test('starts where it is told to', () => {
  const inside = Buffer.concat([Buffer.alloc(100), hostile]);
  const [fact] = read(inside, { offset: 100 }).globals;
  assert.equal(fact?.where.offset, 119);
});

test('reports a second pickle in a torch archive, which torch never loads', () => {
  assert.deepEqual(codes(Buffer.concat([harmless, harmless]), { flavour: 'torch-zip' }), ['pickle-second-stream']);
  assert.deepEqual(codes(Buffer.concat([harmless, harmless])), []);
});

test('tells padding from bytes that are no pickle', () => {
  assert.deepEqual(codes(Buffer.concat([harmless, Buffer.alloc(50)])), ['pickle-padding']);
  assert.deepEqual(codes(Buffer.concat([harmless, Buffer.from([0xff, 0xfe, 0xfd])])), ['pickle-trailing-bytes']);
});

test('a cut stream is truncated, not clean, and keeps what was found', () => {
  const facts = read(hostile.subarray(0, -1));
  assert.deepEqual(
    facts.anomalies.map(({ code }) => code),
    ['pickle-missing-stop'],
  );
  assert.equal(facts.unread[0]?.reason, 'truncated');
  assert.equal(facts.globals[0]?.module, 'os');
  assert.equal(facts.pickles, 0);
});

test('names what breaks the rules of the format', () => {
  const broken: readonly (readonly [string, Uint8Array])[] = [
    ['pickle-unknown-opcode', Uint8Array.of(0x80, 2, 0xff)],
    ['pickle-stack-underflow', stream(2, op('REDUCE'))],
    ['pickle-missing-mark', stream(2, op('TUPLE'))],
    ['pickle-odd-pairs', stream(2, op('EMPTY_DICT'), op('MARK'), integer(1), op('SETITEMS'))],
    ['pickle-memo-missing', stream(2, get(3))],
    ['pickle-memo-index', bareStream(integer(1), raw('p-1\n'))],
    ['pickle-protocol-unknown', stream(9, integer(1))],
    ['pickle-protocol-inside', stream(2, op('PROTO', 4), integer(1))],
    ['pickle-bad-number', bareStream(raw('Iseven\n'))],
    ['pickle-bad-string', bareStream(raw('Sopen\n'))],
    ['pickle-frame-length', stream(4, op('FRAME', 200, 0, 0, 0, 0, 0, 0, 0), integer(1))],
    ['pickle-extension-code', stream(2, op('EXT1', 1))],
    [
      'pickle-setitem-on-tensor',
      stream(2, call(named('torch._utils', '_rebuild_tensor_v2'), integer(0)), integer(1), integer(1), op('SETITEM')),
    ],
    ['pickle-build-on-data', stream(2, integer(1), integer(1), op('BUILD'))],
    ['pickle-call-of-data', stream(2, call(integer(1)))],
  ];
  for (const [code, data] of broken) assert.ok(codes(data).includes(code), `${code}: ${codes(data)}`);
});

test('an ordinary dict, list, set or object takes items, elements and state without a word', () => {
  const ordinary = stream(
    4,
    dict([text('a'), list(integer(1), integer(2))]),
    op('EMPTY_SET'),
    op('MARK'),
    integer(1),
    op('ADDITEMS'),
    call(named('collections', 'OrderedDict')),
    op('MARK'),
    text('k'),
    integer(1),
    op('SETITEMS'),
    withState(
      build(named('sklearn.tree._classes', 'DecisionTreeClassifier')),
      dict([text('max_depth'), integer(2)], [text('__name__'), text('x')]),
    ),
  );
  assert.deepEqual(codes(ordinary), []);
});

test('reads torch storages and tensors', () => {
  const storage = (key: string, elements: number) => [
    tuple(text('storage'), named('torch', 'HalfStorage'), text(key), text('cuda:0'), integer(elements)),
    op('BINPERSID'),
  ];
  const tensor = (key: string, elements: number) =>
    call(
      named('torch._utils', '_rebuild_tensor_v2'),
      Buffer.concat(storage(key, elements)),
      integer(0),
      tuple(integer(elements)),
      tuple(integer(1)),
      op('NEWFALSE'),
      call(named('collections', 'OrderedDict')),
    );
  const facts = read(stream(2, list(tensor('0', 6), tensor('1', 4))), { flavour: 'torch-zip' });
  assert.deepEqual(
    facts.storages.map(({ key, type, location, elements, elementBytes }) => ({ key, type, location, elements, elementBytes })),
    [
      { key: '0', type: 'HalfStorage', location: 'cuda:0', elements: 6, elementBytes: 2 },
      { key: '1', type: 'HalfStorage', location: 'cuda:0', elements: 4, elementBytes: 2 },
    ],
  );
  assert.deepEqual([facts.tensors, facts.parameters, facts.persistentIds], [2, 10, 2]);
  assert.ok(facts.globals.every(({ judgement }) => judgement === 'allowed'));
});

test('hands embedded streams to the caller, once each', () => {
  const seen: string[] = [];
  const tools = {
    budget: new Budget(),
    facts: tables,
    nested: (data: Uint8Array, name: string) => void seen.push(`${name}: ${data.length}`),
  };
  const data = stream(
    4,
    call(named('torch.storage', '_load_from_bytes'), bytes(harmless)),
    bytes(Buffer.from('PK\x03\x04rest of a zip', 'latin1')),
  );
  const facts = readPickle(bytesSource(data), { containerPath: ['x'], offset: 0, whole: true }, tools);
  // PROTO 2, GLOBAL 32, MARK 1; then the constant of 2 + 34 bytes, TUPLE and REDUCE.
  assert.deepEqual(seen, [`embedded pickle at byte 35: ${harmless.length}`, 'embedded zip at byte 73: 17']);
  assert.equal(facts.globals[0]?.effect, 'nested-load');
  assert.equal(facts.globals[0]?.judgement, 'allowed');
});

test('keeps the first texts for the search for secrets, with their place', () => {
  const facts = read(stream(4, text('short'), put(0), text('a longer text'), text('x'.repeat(5000))));
  assert.deepEqual(facts.strings, [
    { text: 'a longer text', where: { containerPath: ['test.pkl'], offset: 11, length: 15, opcodeIndex: 3 } },
  ]);
  const many = read(stream(4, ...Array.from({ length: 5000 }, (_, at) => text(`text number ${at}`))));
  assert.equal(many.strings.length, 2000);
});

test('names the file an old joblib wrapper opens', () => {
  const data = stream(
    2,
    withState(build(named('joblib.numpy_pickle', 'NDArrayWrapper')), dict([text('filename'), text('../../other.npy')])),
  );
  assert.deepEqual(
    read(data).externalPaths.map(({ text: path }) => path),
    ['../../other.npy'],
  );
});

test('ends with an unread fact and keeps its findings when the budget is spent', () => {
  const budget = new Budget({ ...defaultLimits, readBytes: 20_000 });
  const data = Buffer.concat([hostile, Buffer.alloc(40_000, 0xff)]);
  const read = (offset: number, length: number) => {
    const window = data.subarray(offset, offset + length);
    budget.spendRead(window.length);
    return window;
  };
  const source = { size: data.length, read };
  const facts = readPickle(source, { containerPath: ['x'], offset: 0, whole: true }, { budget, facts: tables, nested: () => undefined });
  assert.equal(facts.globals[0]?.module, 'os');
  assert.deepEqual(
    facts.unread.map(({ reason }) => reason),
    ['budget'],
  );
});

test('nests a million deep without a stack of its own', () => {
  const deep = stream(4, op('EMPTY_LIST'), Buffer.alloc(1_000_000, 0x85));
  assert.equal(read(deep).pickles, 1);
  const marks = Buffer.concat([Buffer.alloc(500_000, 0x28), Buffer.alloc(500_000, 0x74), Buffer.from('.')]);
  assert.equal(read(marks).pickles, 1);
  const partials = Array.from({ length: 2000 }, () => Buffer.concat([tuple(), op('POP')]));
  assert.equal(read(stream(4, ...partials, integer(1))).pickles, 1);
});

test('a name from the stack of protocol 4 and one from GLOBAL are judged alike', () => {
  assert.equal(readBytes(stream(4, call(stackNamed('os', 'system'), text('id'))), tables).weight, readBytes(hostile, tables).weight);
});
