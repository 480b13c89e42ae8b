/** Chat templates are programs: rendered without a sandbox they reach Python itself. */
import type { TemplateFact } from '../engine/artefact.ts';
import { defineDetector } from '../engine/detector.ts';
import { artefactWith, exampleTemplate } from '../engine/examples.ts';
import { quote } from '../engine/quote.ts';
import { readTemplate, type TemplateDanger } from '../templates/template-reading.ts';

const mostOfOneTemplate = 5;

export default defineDetector({
  id: 'template-code',
  title: 'The chat template reaches beyond the conversation',
  axis: 'effect',
  severity: 'high',
  references: ['CWE-1336', 'CWE-94', 'CVE-2024-34359', 'AML.T0010', 'LLM03:2025'],
  remedy: 'Replace the template by the one the model’s maker documents, and render templates in a sandbox.',
  detect: ({ templates }) =>
    templates.flatMap((template) =>
      gravestFirst(readTemplate(template.text).dangers)
        .slice(0, mostOfOneTemplate)
        .map(({ what, excerpt, effect, certainty, at }) => ({
          certainty,
          effect,
          severity: certainty === 'proved' ? ('critical' as const) : effect === 'dos' ? ('medium' as const) : ('high' as const),
          why: `The template ${quote(template.key)} ${what}. A program that renders it without a sandbox runs it at every request.`,
          evidence: quote(excerpt),
          where: placeIn(template, at),
        })),
    ),
  flags: [
    artefactWith({ templates: [exampleTemplate("{{ cycler.__init__.__globals__.os.popen('id').read() }}")] }),
    artefactWith({ templates: [exampleTemplate("{{ ''['__cla' ~ 'ss__'] }}")] }),
    artefactWith({ templates: [exampleTemplate("{{ messages|attr('\\x5f\\x5fclass\\x5f\\x5f') }}")] }),
    artefactWith({ templates: [exampleTemplate("{%- include '/etc/passwd' %}")] }),
    artefactWith({ templates: [exampleTemplate('{% for i in range(10 ** 9) %}x{% endfor %}')] }),
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

function gravestFirst(dangers: readonly TemplateDanger[]): TemplateDanger[] {
  return [...dangers.filter(({ certainty }) => certainty === 'proved'), ...dangers.filter(({ certainty }) => certainty !== 'proved')];
}

/** A template in a file of its own has lines of its own; one inside a configuration has the place of its key. */
function placeIn({ key, text, where }: TemplateFact, at: number): TemplateFact['where'] {
  return key === 'file' ? { ...where, line: text.slice(0, at).split('\n').length } : where;
}
