/** Artefacts for the detectors' own examples: what a reader would have produced, in one line. */
import type { Where } from '../../contract/finding.ts';
import {
  type AnomalyFact,
  type Artefact,
  type CodeFact,
  type ExternalPathFact,
  emptyArtefact,
  type GlobalFact,
  type OperatorFact,
  type TemplateFact,
} from './artefact.ts';

const where: Where = { containerPath: ['example.bin'], offset: 16, length: 8 };

/** An otherwise empty model with these facts. */
export function artefactWith(facts: Partial<Artefact>): Artefact {
  return { ...emptyArtefact('example', { ...where, offset: null, length: null }, 100), role: 'model', ...facts };
}

export function exampleGlobal(fact: Partial<GlobalFact>): GlobalFact {
  const { module = 'builtins', name = 'list' } = fact;
  return {
    kind: 'global',
    module,
    name,
    position: 'call',
    judgement: 'allowed',
    effect: 'none',
    certainty: 'proved',
    origin: 'unknown-package',
    expression: `${module}.${name}()`,
    where,
    ...fact,
  };
}

export function exampleAnomaly(fact: Partial<AnomalyFact>): AnomalyFact {
  return { code: 'zip-name-mismatch', nature: 'lie', proved: true, detail: 'The member has two names.', where, ...fact };
}

export function exampleOperator(fact: Partial<OperatorFact>): OperatorFact {
  return {
    framework: 'onnx',
    domain: '',
    name: 'Add',
    known: true,
    effect: 'none',
    certainty: 'proved',
    detail: 'An operator.',
    where,
    ...fact,
  };
}

export function examplePath(fact: Partial<ExternalPathFact>): ExternalPathFact {
  return { text: 'weights.bin', purpose: 'tensor-data', leavesFolder: false, effect: 'fs-read', where, ...fact };
}

export function exampleTemplate(text: string): TemplateFact {
  return { language: 'jinja', key: 'tokenizer.chat_template', text, where };
}

export function exampleCode(fact: Partial<CodeFact>): CodeFact {
  return { language: 'python', activated: true, detail: 'code', text: '', where, ...fact };
}
