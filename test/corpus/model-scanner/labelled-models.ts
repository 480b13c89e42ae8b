/** The part of the mixed benchmark that is no pickle: graphs, weights, configurations and archives, hostile and harmless in the same forms. */
import { bytes, callingPickle } from './build-bytes.ts';
import {
  externalTensor,
  field,
  gguf,
  message,
  onnxModel,
  onnxNode,
  safetensors,
  savedModel,
  type TfNode,
  tfGraph,
  tfText,
  twoTensors,
} from './build-models.ts';
import { tar } from './build-tar.ts';
import { zip } from './build-zip.ts';

/** An artefact, and what is true about it. */
export type Labelled = {
  readonly family: string;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly harmful: boolean;
};

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
type Case = readonly [name: string, bytes: Uint8Array];
const all = (family: string, harmful: boolean, cases: readonly Case[]): Labelled[] =>
  cases.map(([name, data]) => ({ family, name, bytes: data, harmful }));

export function labelledModels(): Labelled[] {
  return [...onnx(), ...tensorflow(), ...keras(), ...templates(), ...containers(), ...configurations()];
}

function onnx(): Labelled[] {
  const graph = (...parts: readonly Uint8Array[]) => onnxModel(message(...parts, field(2, 'g')));
  const attribute = (number: number, content: Uint8Array) => message(field(1, 'a'), field(number, content));
  const places = (tensor: Uint8Array): Uint8Array[] => [
    graph(field(5, tensor)),
    graph(field(15, message(field(1, tensor)))),
    graph(field(1, onnxNode('Constant', '', attribute(5, tensor)))),
    graph(field(1, onnxNode('If', '', attribute(6, message(field(5, tensor), field(2, 'g')))))),
  ];
  const away = ['/etc/passwd', '../../../secret.bin', 'C:\\x', 'https://a.example/w', 'a/../../w', '\\\\host\\share\\x'];
  const near = ['weights.bin', 'sub/weights.bin', './w', 'model.onnx.data'];
  const named = (files: readonly Uint8Array[]): Case[] => files.map((file) => ['model.onnx', file]);
  const ordinary = ['MatMul', 'Gemm', 'Conv', 'Relu', 'Softmax'].map((type) => graph(field(1, onnxNode(type))));
  return [
    ...all('onnx', true, named(away.flatMap((location) => places(externalTensor(location))))),
    ...all('onnx', true, named([graph(field(1, onnxNode('PyOp', 'com.microsoft')))])),
    ...all('onnx', false, named([...near.flatMap((location) => places(externalTensor(location))), ...ordinary])),
  ];
}

function tensorflow(): Labelled[] {
  const plain: TfNode[] = [
    { name: 'x', op: 'Placeholder' },
    { name: 'm', op: 'MatMul', inputs: ['x', 'x'] },
  ];
  const constant = (text: string): TfNode => ({ name: 'c', op: 'Const', attributes: { value: tfText(text) } });
  const uses = (op: string, path: string): TfNode[] => [...plain, constant(path), { name: 'r', op, inputs: ['c'] }];
  const shapes = (nodes: readonly TfNode[]): Case[] => [
    ['saved_model.pb', savedModel(tfGraph(nodes))],
    ['graph.pb', tfGraph(nodes)],
    ['saved_model.pb', savedModel(tfGraph(plain, nodes))],
  ];
  const hostile = ['ReadFile', 'WriteFile', 'MatchingFiles', 'SaveV2', 'PyFunc', 'PyFuncStateless', 'EagerPyFunc'].flatMap((op) =>
    shapes(uses(op, '/etc/cron.d/x')),
  );
  const ordinary = ['Identity', 'Add', 'Relu', 'Softmax', 'Reshape'].flatMap((op) =>
    shapes([...plain, { name: 'ReadFile', op, inputs: ['x'] }]),
  );
  return [...all('tensorflow', true, hostile), ...all('tensorflow', false, ordinary)];
}

function keras(): Labelled[] {
  const model = (...layers: readonly unknown[]) => ({
    module: 'keras',
    class_name: 'Sequential',
    config: { name: 's', layers },
    registered_name: null,
  });
  const dense = { module: 'keras.layers', class_name: 'Dense', config: { units: 3, activation: 'relu' } };
  const lambda = {
    module: 'keras.layers',
    class_name: 'Lambda',
    config: { name: 'l', function: { class_name: '__lambda__', config: { code: 'YQ==' } } },
  };
  const called = (module: string, name: string) => ({ module, class_name: 'function', config: name, registered_name: name });
  const archive = (config: unknown) =>
    zip([
      { name: 'metadata.json', data: json({ keras_version: '3.9.0' }) },
      { name: 'config.json', data: json(config) },
    ]);
  const both = (config: unknown): Case[] => [
    ['model.keras', archive(config)],
    ['model.json', json(config)],
  ];
  const hostile = [
    model(lambda),
    model(dense, { ...dense, config: { x: { deep: [{ deeper: lambda }] } } }),
    model({ ...dense, config: { units: 3, activation: called('os', 'system') } }),
    model({ ...dense, config: { units: 3, activation: called('builtins', 'exec') } }),
    model({ ...dense, config: { units: 3, kernel_initializer: called('subprocess', 'run') } }),
  ];
  const harmless = [
    model(dense),
    model(dense, { module: 'keras.layers', class_name: 'Dropout', config: { rate: 0.5, name: 'Lambda' } }),
    model({
      ...dense,
      config: { units: 3, kernel_initializer: { module: 'keras.initializers', class_name: 'GlorotUniform', config: {} } },
    }),
  ];
  return [...all('keras', true, hostile.flatMap(both)), ...all('keras', false, harmless.flatMap(both))];
}

function templates(): Labelled[] {
  const hostile = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__cla' + 'ss__'] }}",
    "{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}",
    "{{ x | attr('__globals__') }}",
    "{{ cycler.__init__.__globals__.os.popen('echo marker').read() }}",
    "{{ f.popen('id') }}",
  ];
  const harmless = [
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' }}{% endfor %}",
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set offset = 1 %}{% endif %}{{ messages[0].content | trim }}",
    "{# {{ x.__class__ }} in a comment #}{{ content.split('</think>')[-1].lstrip('\\n') }}",
    'Text that says __class__ and os.popen outside of any block.',
  ];
  const forms = (template: string): Case[] => [
    [
      'm.gguf',
      gguf(
        [
          ['general.architecture', 'llama'],
          ['tokenizer.chat_template', template],
        ],
        [],
        0,
      ),
    ],
    ['tokenizer_config.json', json({ tokenizer_class: 'LlamaTokenizer', chat_template: template })],
    ['tokenizer_config.json', json({ tokenizer_class: 'LlamaTokenizer', chat_template: [{ name: 'default', template }] })],
  ];
  return [...all('template', true, hostile.flatMap(forms)), ...all('template', false, harmless.flatMap(forms))];
}

function containers(): Labelled[] {
  const part = (name: string, data: Uint8Array) => ({ name, data });
  const weights = part('model.safetensors', twoTensors);
  const hostile: Case[] = [
    ['a.zip', zip([weights, { ...part('safe.txt', callingPickle), localName: 'other.pkl' }])],
    ['a.zip', zip([weights, { ...part('x.pkl', callingPickle), crc: 5 }])],
    ['a.zip', zip([weights, { ...part('x.pkl', callingPickle), flags: 1 }])],
    ['a.zip', zip([weights, { ...part('x.pkl', callingPickle), unlisted: true }])],
    ['a.zip', zip([weights], { prefix: callingPickle })],
    ['a.zip', zip([weights, part('../../etc/cron.d/x', bytes('text'))])],
    ['a.tar', tar([part('../../etc/x', bytes('text'))])],
    ['a.tar', tar([{ name: 'link', type: '2', link: '/etc/passwd' }])],
    ['a.tar', tar([weights], tar([part('x.pkl', callingPickle)]))],
    [
      'w.safetensors',
      safetensors(
        { a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] }, b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] } },
        new Uint8Array(12),
      ),
    ],
    ['w.safetensors', bytes(twoTensors, callingPickle)],
  ];
  const harmless: Case[] = [
    ['a.zip', zip([weights, part('README.md', bytes('never call os.system or exec('))])],
    ['a.zip', zip([{ ...weights, method: 8 }])],
    ['a.tar', tar([weights, part('config/params.txt', bytes('x = 1'))])],
    ['w.safetensors', twoTensors],
    ['zeros.npz', zip([part('vocabulary.txt', bytes('exec\neval\nos.system\n__import__\n'))])],
  ];
  return [...all('container', true, hostile), ...all('container', false, harmless)];
}

function configurations(): Labelled[] {
  const yaml = (target: string) => new TextEncoder().encode(`trainer:\n  _target_: ${target}\n  command: echo marker\n`);
  const hostile: Case[] = ['os.system', 'subprocess.Popen', 'builtins.exec', 'shutil.rmtree'].map((target) => [
    'config.yaml',
    yaml(target),
  ]);
  const harmless: Case[] = ['torch.optim.Adam', 'torch.nn.Linear'].map((target) => ['config.yaml', yaml(target)]);
  const vocabulary = json({ 'os.system': 1, exec: 2, eval: 3, __class__: 4, '<script>': 5 });
  return [...all('configuration', true, hostile), ...all('configuration', false, [...harmless, ['vocab.json', vocabulary]])];
}
