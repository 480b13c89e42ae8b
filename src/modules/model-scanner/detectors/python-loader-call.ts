/** Calls that load models or data in a way that runs what is in them. */
import type { Severity } from '../../../contract/severity.ts';
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';

type Judgement = { readonly severity: Severity; readonly title: string; readonly remedy: string; readonly references?: readonly string[] };

const judgements: ReadonlyMap<string, Judgement> = new Map<string, Judgement>([
  [
    'trust-remote-code',
    {
      severity: 'medium',
      title: 'The loader trusts remote code',
      remedy: 'Remove trust_remote_code, or pin the revision of code you have read.',
    },
  ],
  [
    'torch-load-any-object',
    {
      severity: 'medium',
      title: 'torch.load unpickles any object',
      remedy: 'Use weights_only=True, or safetensors.',
      references: ['CVE-2025-32434'],
    },
  ],
  [
    'torch-load-default',
    { severity: 'low', title: 'torch.load without weights_only', remedy: 'Say weights_only=True, or load safetensors.' },
  ],
  [
    'pickle-load',
    {
      severity: 'medium',
      title: 'The source unpickles a file',
      remedy: 'Store the data in a format that holds no code: JSON, npy, safetensors.',
    },
  ],
  [
    'pickle-loads',
    { severity: 'low', title: 'The source unpickles bytes', remedy: 'Send data in a format that holds no code: JSON, npy, msgpack.' },
  ],
  [
    'joblib-load',
    { severity: 'medium', title: 'The source loads a joblib file', remedy: 'Use skops or ONNX, or check the digest before loading.' },
  ],
  [
    'yaml-unsafe-load',
    { severity: 'medium', title: 'The YAML loader builds any object', remedy: 'Use yaml.safe_load.', references: ['CVE-2020-14343'] },
  ],
  [
    'keras-safe-mode-off',
    {
      severity: 'medium',
      title: 'Keras is told to trust the code of a model',
      remedy: 'Leave safe_mode on.',
      references: ['CVE-2024-3660'],
    },
  ],
  [
    'onnx-hub-silent',
    {
      severity: 'medium',
      title: 'onnx.hub loads from any repository without asking',
      remedy: 'Leave silent off and update onnx to 1.21 or later; pin the model by its digest.',
      references: ['CVE-2026-28500', 'CWE-345'],
    },
  ],
  [
    'onnx-hub-load',
    {
      severity: 'low',
      title: 'onnx.hub loads from a repository that is not ONNX’s own',
      remedy: 'Pin the model by its digest, and update onnx to 1.21 or later.',
      references: ['CVE-2024-5187'],
    },
  ],
  ['torch-hub-load', { severity: 'low', title: 'torch.hub imports the code of a repository', remedy: 'Pin a commit, or vendor the code.' }],
  ['unpinned-model', { severity: 'low', title: 'A model is loaded without a revision', remedy: 'Give revision= a commit hash.' }],
  ['unpinned-data-set', { severity: 'low', title: 'A data set is loaded without a revision', remedy: 'Give revision= a commit hash.' }],
]);

const subjects = new Set(['pipeline', 'notebook']);

export default defineDetector({
  id: 'python-loader-call',
  title: 'The source loads what may run code',
  axis: 'posture',
  severity: 'medium',
  references: ['CWE-502', 'CWE-829', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Load formats that hold no code, from pinned revisions.',
  // Source of a library that has nothing to do with models is not asked how it loads its files.
  detect: ({ practices, role }) =>
    practices.flatMap(({ subject, code, detail, text, where }) => {
      const judgement = subjects.has(subject) && role !== null ? judgements.get(code) : undefined;
      if (!judgement) return [];
      const { severity, title, remedy, references = [] } = judgement;
      return [{ certainty: 'proved' as const, severity, title, remedy, references, why: `Here ${detail}.`, evidence: text, where }];
    }),
  flags: [
    artefactWith({
      role: 'code',
      practices: [
        examplePractice({
          subject: 'pipeline',
          code: 'trust-remote-code',
          detail: 'the loader imports code',
          text: 'from_pretrained(x, trust_remote_code=True)',
        }),
      ],
    }),
    artefactWith({
      role: 'code',
      practices: [
        examplePractice({
          subject: 'pipeline',
          code: 'onnx-hub-silent',
          detail: 'a model of any repository is taken',
          text: "hub.load('m', repo='acme/models', silent=True)",
        }),
      ],
    }),
  ],
  passes: [
    artefactWith({ role: 'code', practices: [examplePractice({})] }),
    artefactWith({
      role: 'code',
      practices: [examplePractice({ subject: 'pipeline', code: 'onnx-hub-own', text: "hub.load('resnet50')" })],
    }),
    artefactWith({
      role: null,
      practices: [examplePractice({ subject: 'pipeline', code: 'pickle-load', detail: 'pickle', text: 'pickle.load(f)' })],
    }),
  ],
});
