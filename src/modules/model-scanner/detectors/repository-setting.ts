/** Settings of model repositories and model servers that somebody must decide about. */
import type { Severity } from '../../../contract/severity.ts';
import type { PracticeFact } from '../engine/artefact.ts';
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, examplePractice } from '../engine/examples.ts';

type Rule = {
  readonly title: string;
  readonly severity: Severity;
  readonly references: readonly string[];
  readonly remedy: string;
};

const outside = 'Keep everything the model needs in its own folder, or name it as the registry does.';

const rules: ReadonlyMap<string, Rule> = new Map([
  [
    'environment-in-address',
    {
      title: 'A secret of the environment is put into an address',
      severity: 'medium',
      references: ['CWE-201'],
      remedy: 'Send secrets in a header, and only to servers you know.',
    },
  ],
  [
    'environment-decoded',
    {
      title: 'Text of the environment becomes values of the configuration',
      severity: 'low',
      references: ['CWE-454'],
      remedy: 'Read such values as text and check them.',
    },
  ],
  [
    'mlflow-pickled-flavour',
    {
      title: 'MLflow loads this model by unpickling',
      severity: 'informational',
      references: ['CWE-502'],
      remedy: 'Load only models whose pickle was judged, or save the model in a format without code.',
    },
  ],
  [
    'path-climbs-out',
    { title: 'A configuration reaches outside the model folder', severity: 'medium', references: ['CWE-22'], remedy: outside },
  ],
  [
    'path-is-address',
    { title: 'A part of the model is fetched from an address', severity: 'medium', references: ['CWE-829'], remedy: outside },
  ],
  ['path-is-absolute', { title: 'A configuration names a path of one machine', severity: 'low', references: ['CWE-426'], remedy: outside }],
  [
    'conditional-template',
    {
      title: 'The template answers certain words differently',
      severity: 'medium',
      references: ['CWE-506', 'AML.T0051'],
      remedy: 'Compare the template with the one the model’s maker documents.',
    },
  ],
  [
    'install-on-registration',
    {
      title: 'Packages are installed when a model is registered',
      severity: 'low',
      references: ['CWE-829'],
      remedy: 'Build packages into the image, and switch installation per model off.',
    },
  ],
  [
    'open-management',
    {
      title: 'The management interface of the model server is open',
      severity: 'medium',
      references: ['CWE-306', 'CWE-668'],
      remedy: 'Bind it to the loopback address, or put it behind authentication.',
    },
  ],
  [
    'models-from-anywhere',
    {
      title: 'The model server registers models from any address',
      severity: 'medium',
      references: ['CWE-829', 'CWE-918'],
      remedy: 'List the addresses that models may come from.',
    },
  ],
  [
    'no-authentication',
    {
      title: 'The model server asks for no token',
      severity: 'medium',
      references: ['CWE-306'],
      remedy: 'Switch token authorisation on.',
    },
  ],
  [
    'runtime-registration',
    {
      title: 'Models can be registered while the server runs',
      severity: 'low',
      references: ['CWE-749'],
      remedy: 'Switch the model interface off in production.',
    },
  ],
]);

function isOurs({ subject, code }: PracticeFact): boolean {
  return (subject === 'repository' || subject === 'model-server') && rules.has(code);
}

export default defineDetector({
  id: 'repository-setting',
  title: 'A setting of the model repository deserves a decision',
  axis: 'posture',
  severity: 'medium',
  references: ['AML.T0010', 'LLM03:2025'],
  remedy: outside,
  detect: ({ practices }) =>
    practices.filter(isOurs).flatMap(({ code, detail, text, certainty, where }) => {
      const rule = rules.get(code);
      if (!rule) return [];
      const advisories = detail.match(/CVE-\d{4}-\d+/g) ?? [];
      return [
        {
          title: rule.title,
          severity: rule.severity,
          remedy: rule.remedy,
          certainty,
          why: detail,
          evidence: `${code}: ${text}`,
          where,
          references: [...rule.references, ...advisories],
        },
      ];
    }),
  flags: [
    artefactWith({ practices: [examplePractice({ subject: 'repository', code: 'path-climbs-out', text: '../../base' })] }),
    artefactWith({
      practices: [examplePractice({ subject: 'model-server', code: 'open-management', text: 'management_address=http://0.0.0.0:8081' })],
    }),
  ],
  passes: [
    artefactWith({ practices: [examplePractice({ subject: 'dockerfile', code: 'path-climbs-out' })] }),
    artefactWith({ practices: [examplePractice({ subject: 'repository', code: 'something-else' })] }),
  ],
});
