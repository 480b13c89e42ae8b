import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { bytes, callingPickle, type Part, u16, u32, u64 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { field, message } from '../../../../../test/corpus/model-scanner/build-models.ts';
import { allOf, artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const elf = () => {
  const file = new Uint8Array(128);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file[16] = 3;
  return file;
};

/* ——— MXNet ——— */
const mxArray = (elements: number, data = new Uint8Array(elements * 4)) =>
  bytes(u32(0xf993fac9), u32(0), u32(1), u64(elements), u32(1), u32(0), u32(0), data);
const mxParams = (arrays: readonly Uint8Array[], names: readonly string[]) =>
  bytes(u64(0x112), u64(0), u64(arrays.length), ...arrays, u64(names.length), ...names.flatMap((name) => [u64(name.length), name]));

test('MXNet parameters are read to the end; counts, sizes and names are held against the file', () => {
  const report = reportOf(mxParams([mxArray(3), mxArray(2)], ['arg:a', 'arg:b']), 'm.params');
  assert.equal(report.verdict, 'clean');
  assert.deepEqual(report.metadata, { tensors: 2, parameters: 5 });
  assert.deepEqual(codesOf(artefactOf(mxParams([mxArray(3)], ['a', 'b', 'c']))), ['mxnet-names']);
  assert.deepEqual(codesOf(artefactOf(mxParams([mxArray(2 ** 31, new Uint8Array(4))], []))), ['mxnet-array']);
  assert.deepEqual(codesOf(artefactOf(bytes(u64(0x112), u64(0), u64(2n ** 50n), new Uint8Array(40)))), ['mxnet-count']);
});

test('MXNet symbols: plain operators are clean, a custom one risky, a library or a fused kernel suspicious', () => {
  const symbol = (...nodes: readonly unknown[]) =>
    reportOf(json({ nodes, arg_nodes: [0], heads: [[1, 0, 0]], attrs: { mxnet_version: ['int', 10900] } }), 'm-symbol.json');
  const plain = [
    { op: 'null', name: 'data', inputs: [] },
    { op: 'FullyConnected', name: 'fc', attrs: { num_hidden: '3' }, inputs: [[0, 0, 0]] },
  ];
  assert.equal(symbol(...plain).verdict, 'clean');
  assert.equal(symbol(...plain).role, 'model');
  const custom = symbol(...plain, { op: 'Custom', name: 'c', attrs: { op_type: 'acme_loss' }, inputs: [] });
  assert.equal(custom.verdict, 'risky');
  assert.match(custom.findings[0]?.why ?? '', /Custom acme_loss/);
  assert.equal(symbol(...plain, { op: '_FusedOp', name: 'f', attrs: {}, inputs: [] }).verdict, 'suspicious');
  assert.equal(symbol(...plain, { op: 'Extended', name: 'f', attr: { path: '/tmp/evil.so' }, inputs: [] }).verdict, 'suspicious');
  const nested = { op: '_foreach', name: 'l', attrs: {}, inputs: [], subgraphs: [{ nodes: [{ op: '_Native', name: 'n', inputs: [] }] }] };
  assert.equal(symbol(...plain, nested).verdict, 'suspicious');
});

/* ——— Paddle ——— */
const paddleOperator = (type: string, ...attributes: readonly (readonly [string, string])[]) =>
  message(field(3, type), ...attributes.map(([name, value]) => field(4, message(field(1, name), field(2, 2), field(5, value)))));
const paddleProgram = (...operators: readonly Uint8Array[]) =>
  message(
    field(1, message(field(1, 0), field(2, 0), field(3, message(field(1, 'x'))), ...operators.map((operator) => field(4, operator)))),
    field(4, message(field(1, 0))),
  );

test('Paddle programs: operators by type', () => {
  const verdict = (...operators: readonly Uint8Array[]) => reportOf(paddleProgram(...operators), '__model__');
  assert.equal(verdict(paddleOperator('feed'), paddleOperator('matmul_v2')).verdict, 'clean');
  assert.equal(verdict(paddleOperator('feed')).format, 'paddle-program');
  assert.equal(verdict(paddleOperator('py_func')).findings[0]?.effect, 'exec');
  assert.equal(verdict(paddleOperator('load_combine', ['file_path', 'weights'])).verdict, 'suspicious');
  assert.equal(verdict(paddleOperator('save_combine', ['file_path', '/etc/cron.d/x'])).verdict, 'malicious');
});

test('Paddle programs of a known version: what Paddle does not have is a custom operator', () => {
  const versioned = (version: number, ...operators: readonly Uint8Array[]) =>
    reportOf(
      message(
        field(1, message(field(1, 0), field(2, 0), field(3, message(field(1, 'x'))), ...operators.map((operator) => field(4, operator)))),
        field(4, message(field(1, version))),
      ),
      '__model__',
    );
  const plain = ['feed', 'conv2d', 'matmul_v2', 'matmul_v2_grad', 'relu', 'fused_conv_xpu', 'fetch'].map((type) => paddleOperator(type));
  // PADDLE_VERSION_INTEGER of 2.6.2.
  assert.equal(versioned(2_006_002, ...plain).verdict, 'clean');
  const custom = versioned(2_006_002, ...plain, paddleOperator('custom_relu'));
  assert.equal(custom.verdict, 'risky');
  assert.match(custom.findings[0]?.why ?? '', /custom_relu.*does not have/);
  // A program of 1.8 may name what was removed since.
  assert.equal(versioned(1_008_005, ...plain, paddleOperator('custom_relu')).verdict, 'clean');
});

test('Paddle programs of version 3 are JSON', () => {
  const program = (...ops: readonly string[]) =>
    reportOf(
      json({
        base_code: { magic: 'pir', version: 1 },
        program: { regions: [{ blocks: [{ ops: ops.map((name) => ({ '#': name, I: [], O: [] })) }] }] },
      }),
      'inference.json',
    );
  assert.equal(program('1.data', '1.matmul').verdict, 'clean');
  assert.equal(program('1.data', '1.py_func').verdict, 'suspicious');
  assert.equal(program('custom_op.fast').verdict, 'risky');
});

test('Paddle parameters: tensors one after the other', () => {
  const tensor = (elements: number, data = new Uint8Array(elements * 4)) => {
    const description = message(field(1, 5), field(2, elements));
    return bytes(u32(0), u64(0), u32(0), u32(description.length), description, data);
  };
  assert.deepEqual(reportOf(bytes(tensor(3), tensor(5)), 'm.pdiparams').metadata, { tensors: 2, parameters: 8 });
  assert.equal(reportOf(bytes(tensor(3), tensor(500, new Uint8Array(4))), 'm.pdiparams').verdict, 'incomplete');
});

/* ——— Caffe ——— */
const caffeLayer = (type: string, ...more: readonly Uint8Array[]) => field(100, message(field(1, 'l'), field(2, type), ...more));

test('Caffe: Python layers by the module they import, in both forms', () => {
  const net = (...layers: readonly Uint8Array[]) => reportOf(message(field(1, 'net'), ...layers), 'm.caffemodel');
  assert.equal(net(caffeLayer('Convolution')).verdict, 'clean');
  assert.equal(net(caffeLayer('Convolution')).format, 'caffe');
  const python = (module: string, layer: string) => caffeLayer('Python', field(130, message(field(1, module), field(2, layer))));
  assert.equal(net(python('rpn.proposal_layer', 'ProposalLayer')).verdict, 'risky');
  assert.equal(net(python('os', 'system')).verdict, 'malicious');
  assert.equal(net(caffeLayer('HDF5Data', field(112, message(field(1, '/etc/passwd'))))).verdict, 'malicious');
  const text =
    'name: "net"\nlayer {\n  name: "p"\n  type: "Python"\n  python_param {\n    module: "subprocess"\n    layer: "call"\n  }\n}\n';
  assert.equal(reportOf(bytes(text), 'deploy.prototxt').verdict, 'malicious');
  assert.equal(reportOf(bytes(text.replaceAll('subprocess', 'acme.layers')), 'deploy.prototxt').verdict, 'risky');
  assert.equal(
    reportOf(bytes('name: "net"\n# python_param { module: "os" layer: "system" }\nlayer {\n  type: "ReLU"\n}\n'), 'x').verdict,
    'clean',
  );
});

/* ——— Core ML ——— */
const coreml = (kind: number, content: Uint8Array) => message(field(1, 4), field(2, message()), field(kind, content));

test('Core ML: custom classes and layers are risky, wherever they stand', () => {
  const network = (...layers: readonly Uint8Array[]) => message(...layers.map((layer) => field(1, layer)));
  const customLayer = message(field(1, 'l'), field(500, message(field(10, 'AcmeLayer'))));
  const verdict = (file: Uint8Array) => reportOf(file, 'm.mlmodel');
  assert.equal(verdict(coreml(500, network(message(field(1, 'l'), field(100, message()))))).verdict, 'clean');
  assert.equal(verdict(coreml(500, network(customLayer))).verdict, 'risky');
  assert.equal(verdict(coreml(555, message(field(10, 'AcmeModel')))).findings[0]?.evidence, 'AcmeModel');
  const loop = message(field(1, 'loop'), field(615, message(field(1, 3), field(4, network(customLayer)))));
  assert.equal(verdict(coreml(500, network(loop))).verdict, 'risky');
  const pipeline = message(field(1, coreml(555, message(field(10, 'Inner')))));
  assert.equal(verdict(coreml(200, message(field(1, pipeline)))).findings[0]?.evidence, 'Inner');
});

test('Core ML: linked models and weights outside the package', () => {
  const linked = (name: string, folder: string) =>
    reportOf(coreml(556, message(field(1, message(field(1, message(field(1, name))), field(2, message(field(1, folder))))))), 'm.mlmodel');
  assert.equal(linked('Other.mlmodelc', '').verdict, 'clean');
  assert.ok(linked('Other.mlmodelc', '../../elsewhere').findings.some(({ ruleId }) => ruleId === 'external-path'));
  const weights = (path: string) => {
    const value = message(field(5, message(field(1, path), field(2, 64))));
    const operation = message(field(1, 'const'), field(5, message(field(1, 'val'), field(2, value))));
    const block = message(field(3, operation));
    const program = message(
      field(1, 1),
      field(2, message(field(1, 'main'), field(2, message(field(3, message(field(1, 'CoreML7'), field(2, block))))))),
    );
    return reportOf(coreml(502, program), 'm.mlmodel').verdict;
  };
  assert.equal(weights('@model_path/weights/weight.bin'), 'clean');
  assert.equal(weights('@model_path/../../secret'), 'malicious');
});

test('Core ML packages: items of the manifest that leave the package', () => {
  const manifest = (path: string) =>
    reportOf(json({ fileFormatVersion: '1.0.0', itemInfoEntries: { a: { path, author: 'x' } }, rootModelIdentifier: 'a' }), 'Manifest.json')
      .verdict;
  assert.equal(manifest('com.apple.CoreML/model.mlmodel'), 'clean');
  assert.notEqual(manifest('../../../model.mlmodel'), 'clean');
});

/* ——— TensorRT ——— */
test('TensorRT plans are opaque and risky; plug-ins and libraries in them are named', () => {
  const plan = (...parts: readonly Part[]) => reportOf(bytes('ftrt', new Uint8Array(60), ...parts), 'm.engine');
  assert.equal(plan().verdict, 'risky');
  assert.ok(plan('\0EfficientNMS_TRT\0').findings.some(({ evidence }) => evidence === 'EfficientNMS_TRT'));
  assert.ok(plan(elf()).findings.some(({ why }) => why.includes('ELF shared object')));
});

/* ——— fastText ——— */
test('fastText: dictionary and matrices against the file', () => {
  const model = (words: number, rows: number, tail: Part = '') =>
    bytes(
      u32(793712314),
      u32(12),
      u32(2),
      new Uint8Array(11 * 4 + 8),
      u32(words),
      u32(words),
      u32(0),
      u64(9),
      u64(-1n),
      ...Array.from({ length: words }, () => bytes('w\0', u64(1), [0])),
      [0],
      u64(rows),
      u64(2),
      new Uint8Array(rows * 8),
      [0],
      u64(1),
      u64(2),
      new Uint8Array(8),
      tail,
    );
  assert.deepEqual(reportOf(model(2, 3), 'm').metadata, { version: 12, dimension: 2, words: 2, labels: 0 });
  assert.equal(reportOf(model(2, 3), 'm').verdict, 'clean');
  assert.deepEqual(codesOf(artefactOf(model(2, 3, 'tail'))), ['fasttext-tail']);
  const whole = model(2, 3);
  assert.equal(reportOf(whole.subarray(0, whole.length - 9), 'm').verdict, 'incomplete');
});

/* ——— MessagePack ——— */
const packedText = (value: string) => bytes([0xa0 | value.length], value);
const packedBinary = (value: Uint8Array) => bytes([0xc5, value.length >> 8, value.length & 255], value);
const flaxArray = (type: string, elements: number, data: Uint8Array) => {
  const content = bytes([0x93, 0x91, elements], packedText(type), packedBinary(data));
  return bytes([0xc8, content.length >> 8, content.length & 255, 1], content);
};
const packedMap = (...entries: readonly (readonly [string, Uint8Array])[]) =>
  bytes([0x80 | entries.length], ...entries.flatMap(([key, value]) => [packedText(key), value]));

test('flax weights are clean and known without a name; an array whose bytes do not fit is broken', () => {
  const report = reportOf(packedMap(['params', packedMap(['kernel', flaxArray('float32', 3, new Uint8Array(12))])]), 'weights');
  assert.equal(report.format, 'msgpack');
  assert.equal(report.verdict, 'clean');
  assert.deepEqual(report.metadata, { arrays: 1, parameters: 3 });
  assert.deepEqual(codesOf(artefactOf(packedMap(['k', flaxArray('float32', 3, new Uint8Array(4))]))), ['msgpack-array-size']);
});

test('object arrays of msgpack-numpy, of flax, and extensions that are pickles take the effect of the pickle', () => {
  const numpy = packedMap(
    ['nd', bytes([0xc3])],
    ['type', packedText('|O')],
    ['kind', packedText('O')],
    ['shape', bytes([0x91, 1])],
    ['data', packedBinary(callingPickle)],
  );
  assert.equal(reportOf(packedMap(['a', numpy]), 'm.msgpack').verdict, 'malicious');
  assert.equal(reportOf(packedMap(['a', flaxArray('object', 1, callingPickle)]), 'm').verdict, 'malicious');
  const extension = bytes([0xc7, callingPickle.length, 42], callingPickle);
  assert.equal(reportOf(packedMap(['a', extension]), 'm').verdict, 'malicious');
  assert.equal(reportOf(packedMap(['a', bytes([0xd6, 9, 1, 2, 3, 4])]), 'm').verdict, 'risky');
  assert.equal(reportOf(packedMap(['a', packedBinary(callingPickle)]), 'm').verdict, 'malicious');
});

test('MessagePack: depth and counts are bounded', () => {
  const deep = bytes([0x81], packedText('a'), new Uint8Array(1000).fill(0x91), [0xc0]);
  assert.deepEqual(codesOf(artefactOf(deep, 'm.msgpack')), ['msgpack-depth']);
  assert.deepEqual(codesOf(artefactOf(bytes([0x81], packedText('a'), [0xdd, 0x7f, 255, 255, 255]), 'm.msgpack')), ['msgpack-count']);
});

/* ——— MATLAB ——— */
test('MATLAB: numbers are clean, function handles and opaque objects are risky, also compressed', () => {
  const header = bytes('MATLAB 5.0 MAT-file, test'.padEnd(116), new Uint8Array(8), u16(0x0100), 'IM');
  const matrix = (kind: number) => bytes(u32(14), u32(24), u32(6), u32(8), u32(kind), u32(0), new Uint8Array(8));
  const packed = (kind: number) => {
    const content = deflateSync(matrix(kind));
    return bytes(u32(15), u32(content.length), content);
  };
  const verdict = (element: Uint8Array) => reportOf(bytes(header, element), 'm.mat').verdict;
  assert.equal(verdict(matrix(6)), 'clean');
  assert.equal(verdict(matrix(16)), 'risky');
  assert.equal(verdict(packed(6)), 'clean');
  assert.equal(verdict(packed(17)), 'risky');
  assert.equal(verdict(bytes(u32(14), u32(9999))), 'incomplete');
});

test('MATLAB 4: matrices by name, without a signature', () => {
  const matrix = (name: string, rows: number) =>
    bytes(u32(0), u32(rows), u32(1), u32(0), u32(name.length + 1), name, [0], new Uint8Array(rows * 8));
  const report = reportOf(bytes(matrix('weights', 3), matrix('b', 1)), 'm.mat');
  assert.equal(report.verdict, 'clean');
  assert.deepEqual(report.metadata, { version: 4, variables: 2 });
  assert.equal(reportOf(bytes(matrix('weights', 3), 'broken'), 'm.mat').verdict, 'incomplete');
});

test('every hostile file of this list says where', () => {
  for (const file of [
    paddleProgram(paddleOperator('py_func')),
    message(field(1, 'n'), caffeLayer('Python', field(130, message(field(1, 'os'))))),
  ])
    assert.ok(
      allOf(artefactOf(file))
        .flatMap(({ operators }) => operators)
        .every(({ where }) => where.offset !== null),
    );
});

test('text made to slow a search down is read in a moment', () => {
  const startedAt = performance.now();
  reportOf(bytes(`name: "net"\nlayer {\npython_param${' '.repeat(2_000_000)}\n}\n`), 'deploy.prototxt');
  reportOf(bytes(`name: "net"\nlayer {\n${'python_param '.repeat(200_000)}\n}\n`), 'deploy.prototxt');
  assert.ok(performance.now() - startedAt < 5000);
});
