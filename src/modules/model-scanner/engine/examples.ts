/** Artefacts for the detectors' own examples: what a reader would have produced, in one line. */
import type { Where } from '../../../contract/finding.ts';
import {
  type AnomalyFact,
  type Artefact,
  type CodeFact,
  type ExternalPathFact,
  emptyArtefact,
  type GlobalFact,
  type LicenceFact,
  type OperatorFact,
  type PackageFact,
  type PracticeFact,
  type SecretFact,
  type SourceCallFact,
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

export function exampleSourceCall(fact: Partial<SourceCallFact>): SourceCallFact {
  return {
    expression: "os.system('id')",
    effect: 'exec',
    certainty: 'proved',
    runs: 'on-import',
    activatedBy: null,
    disguised: false,
    where,
    ...fact,
  };
}

export function examplePackage(fact: Partial<PackageFact>): PackageFact {
  const { name = 'torch', version = '2.10.0' } = fact;
  return {
    ecosystem: 'PyPI',
    name,
    version,
    requirement: null,
    relation: 'direct',
    scope: 'runtime',
    digest: null,
    origin: null,
    purl: `pkg:pypi/${name}${version === null ? '' : `@${version}`}`,
    where,
    ...fact,
  };
}

export function exampleSecret(fact: Partial<SecretFact>): SecretFact {
  return { kind: 'example', title: 'Example key', shown: 'abcd', digest: '0123456789abcdef', certainty: 'proved', where, ...fact };
}

export function exampleLicence(fact: Partial<LicenceFact>): LicenceFact {
  return { expression: 'Apache-2.0', source: 'card', terms: 'permissive', where, ...fact };
}

export function examplePractice(fact: Partial<PracticeFact>): PracticeFact {
  return { subject: 'dockerfile', code: 'runs-as-root', detail: 'No USER is set.', text: '', certainty: 'proved', where, ...fact };
}
