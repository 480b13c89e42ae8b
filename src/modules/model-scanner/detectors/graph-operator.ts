/** Operators of a computation graph that act outside the tensors. */
import type { OperatorFact } from '../engine/artefact.ts';
import { defineDetector } from '../engine/detector.ts';
import { effectSentence } from '../engine/effect-words.ts';
import { artefactWith, exampleOperator } from '../engine/examples.ts';
import { quote } from '../engine/quote.ts';

const names: ReadonlyMap<OperatorFact['framework'], string> = new Map([
  ['onnx', 'ONNX'],
  ['tensorflow', 'TensorFlow'],
  ['torchscript', 'TorchScript'],
  ['tflite', 'TensorFlow Lite'],
  ['executorch', 'ExecuTorch'],
  ['coreml', 'Core ML'],
  ['paddle', 'Paddle'],
  ['mxnet', 'MXNet'],
  ['caffe', 'Caffe'],
  ['tensorrt', 'TensorRT'],
]);

const graphs = new Set(names.keys());

export default defineDetector({
  id: 'graph-operator',
  title: 'The model’s graph reaches outside',
  axis: 'effect',
  severity: 'high',
  references: ['CWE-829', 'CWE-73', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Export the model without this operator, or run it where files and network are out of reach.',
  detect: ({ operators }) =>
    operators
      .filter(({ framework, effect }) => graphs.has(framework) && effect !== 'none')
      .map(({ framework, domain, name, effect, certainty, detail, where }) => {
        const label = domain === '' || framework === 'torchscript' ? name : `${domain}::${name}`;
        return {
          certainty,
          effect,
          why: `Running the ${names.get(framework) ?? framework} operator ${quote(label)} ${effectSentence(effect)}: it ${detail}.`,
          evidence: `${label}: ${detail}`,
          where,
        };
      }),
  flags: [
    artefactWith({
      operators: [
        exampleOperator({
          framework: 'tensorflow',
          name: 'ReadFile',
          effect: 'fs-read',
          certainty: 'possible',
          detail: 'reads a whole file',
        }),
      ],
    }),
    artefactWith({ operators: [exampleOperator({ domain: 'com.microsoft', name: 'PyOp', effect: 'exec', certainty: 'possible' })] }),
  ],
  passes: [
    artefactWith({ operators: [exampleOperator({})] }),
    artefactWith({ operators: [exampleOperator({ domain: 'acme', known: false })] }),
  ],
});
