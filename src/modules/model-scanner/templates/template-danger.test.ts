import assert from 'node:assert/strict';
import { test } from 'node:test';
import { templateDangers } from './template-danger.ts';

const found = (template: string) => templateDangers(template).map(({ what }) => what);

test('ordinary chat templates of several families are quiet', () => {
  const templates = [
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}",
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set offset = 1 %}{% endif %}{{ '[INST] ' + messages[0].content | trim + ' [/INST]' }}",
    "{%- set ns = namespace(is_first=false, tool='') -%}{%- set ns.is_first = true -%}{{ tools | tojson(indent=2) }}{{ strftime_now('%d %b %Y') }}",
    "{%- macro render(x) -%}{%- for k, v in x.items() -%}{{ k }}: {{ v | string }}{%- endfor -%}{%- endmacro -%}{{ raise_exception('Only user and assistant roles are supported!') }}",
    "{% for i in range(3) %}{{ loop.index0 }}{% endfor %}{{ dict(a=1) }}{{ content.split('</think>')[-1].lstrip('\\n') }}",
    'Text that says __class__ and os.popen outside of any block. {# and {{ x.__class__ }} in a comment #}',
    "{{ '<__media__>' }}{{ 'a_b' }}{{ message['tool_calls'][0]['function']['arguments'] }}",
  ];
  for (const template of templates) assert.deepEqual(found(template), [], template);
});

test('ways to Python are found, however they are written', () => {
  const templates = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__'] }}",
    "{{ ''['__cla' + 'ss__'] }}",
    "{{ ''['__cla' 'ss__'] }}",
    "{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}",
    "{{ ''['\\u005f\\u005fclass__'] }}",
    '{{ x | attr(y) }}',
    '{% set a = lipsum.x %}',
    '{{ self.x }}',
    "{% include 'x' %}",
    "{%- import 'x' as y -%}",
    "{{ f.popen('id') }}",
    '{% for c in [].__class__.__base__.__subclasses__() %}{% endfor %}',
    "{{ '}}' }}{{ x.__class__ }}",
  ];
  for (const template of templates) assert.notDeepEqual(found(template), [], template);
});

test('a template of a million signs is read in less than two seconds', () => {
  const startedAt = performance.now();
  templateDangers(`{{ ${"'a' ~ ".repeat(100_000)} 'b' }}${'{'.repeat(200_000)}${"{{ '".repeat(50_000)}`);
  assert.ok(performance.now() - startedAt < 2000);
});
