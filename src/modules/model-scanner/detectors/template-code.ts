/** Chat templates are programs: rendered without a sandbox they reach Python itself. */
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleTemplate } from '../engine/examples.ts';
import { quote } from '../engine/quote.ts';
import { templateDangers } from '../templates/template-danger.ts';

export default defineDetector({
  id: 'template-code',
  title: 'The chat template reaches beyond the conversation',
  axis: 'effect',
  severity: 'high',
  references: ['CWE-1336', 'CWE-94', 'CVE-2024-34359', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Replace the template by the one the model’s maker documents, and render templates in a sandbox.',
  detect: ({ templates }) =>
    templates.flatMap(({ key, text, where }) =>
      templateDangers(text)
        .slice(0, 5)
        .map(({ what, excerpt, effect }) => ({
          certainty: 'possible',
          effect,
          why: `The template ${quote(key)} ${what}. A program that renders it without a sandbox runs it at every request.`,
          evidence: quote(excerpt),
          where,
        })),
    ),
  flags: [
    artefactWith({ templates: [exampleTemplate("{{ cycler.__init__.__globals__.os.popen('id').read() }}")] }),
    artefactWith({ templates: [exampleTemplate("{{ ''['__cla' ~ 'ss__'] }}")] }),
    artefactWith({ templates: [exampleTemplate("{{ messages|attr('\\x5f\\x5fclass\\x5f\\x5f') }}")] }),
    artefactWith({ templates: [exampleTemplate("{%- include '/etc/passwd' %}")] }),
  ],
  passes: [
    artefactWith({
      templates: [
        exampleTemplate(
          "{% set ns = namespace(first=true) %}{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message.content.split('</think>')[-1] | trim }}{% endfor %}{# never __import__ #}{% if tools %}{{ tools | tojson }}{{ raise_exception('no') }}{{ strftime_now('%d') }}{% endif %}",
        ),
      ],
    }),
    artefactWith({ templates: [exampleTemplate('Please do not exec(os.system) or use __class__ in prose.')] }),
  ],
});
