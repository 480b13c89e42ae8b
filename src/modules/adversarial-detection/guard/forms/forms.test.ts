import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GuardMapping } from '../guard-contract.ts';
import { customJson } from './custom-json.ts';
import type { Form } from './form.ts';
import { kserve } from './kserve.ts';
import { openai } from './openai.ts';
import { fieldOf, follow, pointerSteps } from './pointer.ts';
import { inputFault } from './read-values.ts';

const map = (mapping: Partial<GuardMapping>): GuardMapping => GuardMapping.parse(mapping);
const refusesInput = (form: Form, body: unknown, mapping: GuardMapping, says: RegExp): void =>
  assert.throws(() => form.readInput(body, mapping), { code: 'adversarial-detection.guardInput', status: 422, message: says });
const refusesAnswer = (form: Form, body: unknown, mapping: GuardMapping, says: RegExp): void =>
  assert.throws(() => form.readAnswer(body, mapping, 1), { code: 'adversarial-detection.guardAnswer', message: says });

describe('pointers', () => {
  test('are read as RFC 6901 says, with its own examples', () => {
    const document = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8 };
    assert.deepEqual(
      ['/foo/0', '/', '/a~1b', '/m~0n'].map((pointer) => follow(document, pointer, inputFault)),
      ['bar', 0, 1, 8],
    );
    assert.equal(follow(document, '', inputFault), document);
    assert.deepEqual(['foo', '/a~2', '/~'].map(pointerSteps), [null, null, null]);
  });
  test('lead to own fields only, and into lists by plain numbers only', () => {
    for (const pointer of ['/constructor', '/__proto__', '/list/length', '/list/01', '/list/-1', '/list/9', '/text/0'])
      assert.throws(() => follow({ list: [1], text: 'abc' }, pointer, inputFault), { status: 422 }, pointer);
  });
  test('a field with a twin in another case is refused: the server behind may take the twin', () => {
    for (const twin of ['Features', 'FEATURES', 'feature\u017f'])
      assert.throws(() => fieldOf({ features: [1], [twin]: [2] }, 'features', inputFault), { message: /two ways/ });
    assert.deepEqual(fieldOf({ features: [1], other: [2] }, 'features', inputFault), [1]);
  });
});

describe('custom JSON', () => {
  const mapping = map({ features: ['/x'], prediction: '/label', confidence: '/p' });
  test('one input, several inputs, and numbers that stand apart', () => {
    assert.deepEqual(customJson.readInput({ x: [1, 2.5] }, mapping), [[1, 2.5]]);
    assert.deepEqual(customJson.readInput({ x: [[1], [2]] }, mapping), [[1], [2]]);
    assert.deepEqual(customJson.readInput({ age: 40, record: { income: 3 } }, map({ features: ['/age', '/record/income'] })), [[40, 3]]);
    assert.deepEqual(customJson.readInput([7], map({ features: [''] })), [[7]]);
  });
  test('what is no list of numbers is refused: texts, null, infinity, nothing, too much, ragged depth', () => {
    const cells = [
      ['1'],
      [null],
      [Number.POSITIVE_INFINITY],
      [1e31],
      [Number.NaN],
      [true],
      [[[1]]],
      [],
      new Array(4097).fill(0),
      'text',
      5,
      {},
    ];
    for (const x of cells) refusesInput(customJson, { x }, mapping, /read the input/);
    refusesInput(customJson, { x: new Array(65).fill([1]) }, mapping, /64 inputs/);
    refusesInput(customJson, { x: [[1], 2] }, mapping, /not a list/);
    refusesInput(customJson, { X: [1] }, mapping, /two ways|no field/);
    for (const body of [null, 5, 'x', []]) refusesInput(customJson, body, mapping, /object|nothing/);
  });
  test('answers: label and confidence, lists of them, and the most likely class', () => {
    assert.deepEqual(customJson.readAnswer({ label: 'a', p: 0.9 }, mapping, 1), [{ prediction: 'a', confidence: 0.9 }]);
    assert.deepEqual(customJson.readAnswer({ label: ['a'], p: [0.9] }, mapping, 1), [{ prediction: 'a', confidence: 0.9 }]);
    assert.deepEqual(customJson.readAnswer({ label: [1, 2], p: [[0.2, 0.8], 0.3] }, mapping, 2), [
      { prediction: 1, confidence: 0.8 },
      { prediction: 2, confidence: 0.3 },
    ]);
    const shares = map({ features: ['/x'], confidence: '/p', classes: ['no', 'yes'] });
    assert.deepEqual(customJson.readAnswer({ p: [0.4, 0.6] }, shares, 1), [{ prediction: 'yes', confidence: 0.6 }]);
    assert.deepEqual(customJson.readAnswer({ label: true }, map({ features: ['/x'], prediction: '/label' }), 1), [
      { prediction: 'true', confidence: null },
    ]);
  });
  test('answers without a readable prediction are refused', () => {
    refusesAnswer(customJson, {}, mapping, /no field label/);
    refusesAnswer(customJson, { p: [0.8] }, map({ features: ['/x'], confidence: '/p' }), /names no class/);
    refusesAnswer(customJson, { label: 'a', p: 1.2 }, mapping, /between 0 and 1/);
    refusesAnswer(customJson, { label: {}, p: 1 }, mapping, /neither a short text/);
    refusesAnswer(customJson, { label: 'x'.repeat(201), p: 1 }, mapping, /neither a short text/);
    refusesAnswer(customJson, { label: ['a', 'b'], p: 1 }, mapping, /not 1 predictions/);
    refusesAnswer(customJson, { p: [0.5, 0.5, 1] }, map({ features: ['/x'], confidence: '/p', classes: ['one', 'two'] }), /no name/);
  });
  test('a mapping needs the features and one of prediction and confidences', () => {
    assert.equal(customJson.check(mapping), null);
    assert.match(customJson.check(map({ prediction: '/l' })) ?? '', /features/);
    assert.match(customJson.check(map({ features: ['/x'] })) ?? '', /prediction/);
    assert.match(customJson.check(map({ features: ['x'], prediction: '/l' })) ?? '', /no|not a JSON pointer/);
  });
});

describe('KServe v2', () => {
  const mapping = map({ prediction: 'label', confidence: 'probabilities' });
  const tensor = (change: object = {}) => ({ name: 'x', shape: [1, 3], datatype: 'FP32', data: [1, 2, 3], ...change });
  const asked = (change: object = {}) => ({ inputs: [tensor(change)] });
  test('flat and nested data, one axis and several', () => {
    assert.deepEqual(kserve.readInput(asked(), mapping), [[1, 2, 3]]);
    assert.deepEqual(kserve.readInput(asked({ shape: [3] }), mapping), [[1, 2, 3]]);
    assert.deepEqual(kserve.readInput(asked({ shape: [3, 1] }), mapping), [[1], [2], [3]]);
    assert.deepEqual(
      kserve.readInput(
        asked({
          shape: [1, 2, 2],
          data: [
            [
              [1, 2],
              [3, 4],
            ],
          ],
        }),
        mapping,
      ),
      [[1, 2, 3, 4]],
    );
    assert.deepEqual(kserve.readInput(asked({ shape: [2], datatype: 'BOOL', data: [true, 0] }), mapping), [[1, 0]]);
  });
  test('several tensors stand side by side in the order of the mapping, and none may be left over', () => {
    const inputs = [tensor({ name: 'income', shape: [2, 1], data: [10, 20] }), tensor({ name: 'age', shape: [2, 1], data: [1, 2] })];
    assert.deepEqual(kserve.readInput({ inputs }, map({ features: ['age', 'income'], prediction: 'label' })), [
      [1, 10],
      [2, 20],
    ]);
    refusesInput(kserve, { inputs }, map({ features: ['age'], prediction: 'label' }), /2 tensors where the mapping has 1/);
    refusesInput(kserve, { inputs: [inputs[0], inputs[0]] }, mapping, /comes twice/);
  });
  test('shapes that lie, data that is none, types that are no numbers are refused', () => {
    const wrong: [object, RegExp][] = [
      [{ shape: [1, 4] }, /as many cells/],
      [{ shape: [2, 2], data: [[1], [2, 3, 4]] }, /nested as its shape/],
      [{ shape: [0, 3] }, /axis/],
      [{ shape: [1e9, 1e9] }, /cells at most/],
      [{ shape: [1.5, 2] }, /axis/],
      [{ shape: [1, 1, 1, 1, 1, 1, 1, 1, 3] }, /1 to 8 axes/],
      [{ datatype: 'BYTES', data: ['1', '2', '3'] }, /no number/],
      [{ data: ['1', 2, 3] }, /not a number/],
      [{ data: [[1], [2], [3]], shape: [3] }, /not a number/],
      [{ data: undefined, parameters: { binary_data_size: 12 } }, /no data in JSON/],
      [{ shape: [65, 1], data: new Array(65).fill(1) }, /64 inputs/],
    ];
    for (const [change, says] of wrong) refusesInput(kserve, asked(change), mapping, says);
    for (const body of [null, {}, { inputs: {} }, { inputs: [] }, { inputs: [null] }])
      refusesInput(kserve, body, mapping, /read the input/);
  });
  test('a caller may not choose outputs that leave out what is screened', () => {
    assert.equal(kserve.readInput({ ...asked(), outputs: [{ name: 'label' }, { name: 'probabilities' }] }, mapping).length, 1);
    refusesInput(kserve, { ...asked(), outputs: [{ name: 'label' }] }, mapping, /leave out probabilities/);
  });
  test('labels and shares are split by input', () => {
    const outputs = [
      { name: 'label', shape: [2], datatype: 'INT64', data: [1, 0] },
      { name: 'probabilities', shape: [2, 2], datatype: 'FP32', data: [0.1, 0.9, 0.7, 0.3] },
    ];
    assert.deepEqual(kserve.readAnswer({ outputs }, mapping, 2), [
      { prediction: 1, confidence: 0.9 },
      { prediction: 0, confidence: 0.7 },
    ]);
    assert.deepEqual(kserve.readAnswer({ outputs }, map({ confidence: 'probabilities', classes: ['a', 'b'] }), 2), [
      { prediction: 'b', confidence: 0.9 },
      { prediction: 'a', confidence: 0.7 },
    ]);
    const single = [
      tensor({ name: 'label', shape: [1, 1], data: ['cat'], datatype: 'BYTES' }),
      tensor({ name: 'probabilities', shape: [1], data: [0.8] }),
    ];
    assert.deepEqual(kserve.readAnswer({ outputs: single }, mapping, 1), [{ prediction: 'cat', confidence: 0.8 }]);
  });
  test('answers that do not hold one label for each input are refused', () => {
    refusesAnswer(kserve, { outputs: [tensor({ name: 'other' })] }, mapping, /no output label/);
    refusesAnswer(kserve, { outputs: [tensor({ name: 'label' }), tensor({ name: 'probabilities' })] }, mapping, /one label/);
    refusesAnswer(kserve, { outputs: [tensor({ name: 'label', shape: [3, 1] }), tensor({ name: 'probabilities' })] }, mapping, /one part/);
  });
});

describe('OpenAI', () => {
  const mapping = map({ features: ['/x'], prediction: '/label', confidence: '/p' });
  const asked = (content: unknown, change: object = {}) => ({
    messages: [
      { role: 'system', content: 'Classify.' },
      { role: 'user', content },
    ],
    ...change,
  });
  const answered = (content: unknown, change: object = {}) => ({ choices: [{ message: { content }, ...change }] });
  test('numbers inside the one message of the user', () => {
    assert.deepEqual(openai.readInput(asked('{"x":[1,2]}'), mapping), [[1, 2]]);
    assert.deepEqual(openai.readInput(asked([{ type: 'text', text: '[3]' }]), map({})), [[3]]);
  });
  test('what cannot be screened is refused: streams, choices, two messages, prose, several inputs', () => {
    const content = '{"x":[1]}';
    const wrong: [unknown, RegExp][] = [
      [asked(content, { stream: true }), /streamed/],
      [asked(content, { n: 2 }), /several answers/],
      [{ messages: [...asked(content).messages, { role: 'user', content: '{"x":[2]}' }] }, /one message/],
      [asked('What is one and one?'), /JSON/],
      [asked('{"x":[NaN]}'), /JSON/],
      [asked('['.repeat(50) + ']'.repeat(50)), /JSON/],
      [asked('{"x":[[1],[2]]}'), /one input/],
      [asked([{ type: 'image_url', image_url: {} }]), /one text/],
      [{ messages: 'x' }, /not a list/],
      [{}, /no field messages/],
    ];
    for (const [body, says] of wrong) refusesInput(openai, body, mapping, says);
    refusesInput(openai, asked(content), map({ features: ['/x'], confidence: 'logprobs' }), /logprobs must be true/);
  });
  test('label and confidence inside JSON, or the text and the likelihood of its tokens', () => {
    assert.deepEqual(openai.readAnswer(answered('{"label":"a","p":0.7}'), mapping, 1), [{ prediction: 'a', confidence: 0.7 }]);
    const tokens = { logprobs: { content: [{ logprob: Math.log(0.5) }, { logprob: Math.log(0.8) }] } };
    const [read] = openai.readAnswer(answered(' spam ', tokens), map({ confidence: 'logprobs' }), 1);
    assert.equal(read?.prediction, 'spam');
    // 0.5 · 0.8
    assert.ok(Math.abs((read?.confidence ?? 0) - 0.4) < 1e-12);
  });
  test('answers without one text are refused', () => {
    refusesAnswer(openai, answered(null), mapping, /no text/);
    refusesAnswer(openai, { choices: [] }, mapping, /one choice/);
    refusesAnswer(openai, answered('not JSON'), mapping, /JSON/);
    refusesAnswer(
      openai,
      answered('spam', { logprobs: { content: [{ logprob: 'x' }] } }),
      map({ confidence: 'logprobs' }),
      /between 0 and 1/,
    );
  });
});
