/** Chat templates of our own making in the manner of the known families, and hostile ones. */

export const harmlessTemplates: readonly (readonly [string, string])[] = [
  [
    'ChatML',
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
  ],
  [
    'Llama 2',
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate user/assistant/user/assistant') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% endfor %}",
  ],
  [
    'Llama 3 with tools',
    "{{- bos_token }}{%- if custom_tools is defined %}{%- set tools = custom_tools %}{%- endif %}{%- if not date_string is defined %}{%- if strftime_now is defined %}{%- set date_string = strftime_now('%d %b %Y') %}{%- else %}{%- set date_string = '26 Jul 2024' %}{%- endif %}{%- endif %}{{- '<|start_header_id|>system<|end_header_id|>\\n\\n' }}{%- if tools is not none %}{{- 'Environment: ipython\\n' }}{%- for t in tools %}{{- t | tojson(indent=4) }}{{- '\\n\\n' }}{%- endfor %}{%- endif %}{%- for message in messages %}{%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}{%- elif 'tool_calls' in message %}{%- if not message.tool_calls|length == 1 %}{{- raise_exception('This model only supports single tool-calls at once!') }}{%- endif %}{%- set tool_call = message.tool_calls[0].function %}{{- '{\"name\": \"' + tool_call.name + '\", ' }}{{- tool_call.arguments | tojson }}{%- endif %}{%- endfor %}",
  ],
  [
    'Mistral with tools',
    "{%- set user_messages = messages | selectattr('role', 'equalto', 'user') | list %}{%- for message in messages | rejectattr('role', 'equalto', 'tool') | rejectattr('tool_calls', 'defined') | selectattr('role') %}{%- set ns = namespace(index=0) %}{%- if tools is not none and (message == user_messages[-1]) %}{{- '[AVAILABLE_TOOLS] [' }}{%- for tool in tools %}{%- set tool = tool.function %}{{- '{\"type\": \"function\", \"function\": {' }}{%- for key, val in tool.items() if key != 'return' %}{%- if val is string %}{{- '\"' + key + '\": \"' + val + '\"' }}{%- else %}{{- '\"' + key + '\": ' + val | tojson }}{%- endif %}{%- if not loop.last %}{{- ', ' }}{%- endif %}{%- endfor %}{%- endfor %}{%- endif %}{%- set ns.index = ns.index + 1 %}{%- endfor %}",
  ],
  [
    'Qwen with thinking',
    "{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}{%- for message in messages[::-1] %}{%- set index = (messages|length - 1) - loop.index0 %}{%- if ns.multi_step_tool and message.role == 'user' and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}{%- set ns.multi_step_tool = false %}{%- set ns.last_query_index = index %}{%- endif %}{%- endfor %}{%- for message in messages %}{%- set content = message.content %}{%- if '</think>' in content %}{%- set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}{%- set content = content.split('</think>')[-1].lstrip('\\n') %}{{- '<think>\\n' + reasoning.strip('\\n') + '\\n</think>\\n\\n' + content }}{%- endif %}{%- endfor %}{%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}",
  ],
  [
    'Gemma',
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}",
  ],
  [
    'Phi and default words',
    "{%- if messages[0].role != 'system' %}{{- '<|system|>\\nYou are a helpful assistant.<|end|>\\n' }}{%- endif %}{%- for message in messages %}{%- if message.role == 'user' %}{{- '<|user|>\\n' + message.content + '<|end|>\\n' }}{%- endif %}{%- endfor %}",
  ],
  [
    'pictures',
    "{%- for message in messages %}{%- if message.content is string %}{{ message.content }}{%- else %}{%- for part in message['content'] %}{%- if part['type'] == 'image' or 'image' in part %}<|vision_start|><|image_pad|><|vision_end|>{%- elif 'text' in part %}{{ part['text'] }}{%- endif %}{%- endfor %}{%- endif %}{%- endfor %}",
  ],
  [
    'macros of tools',
    "{%- macro render_type(spec, required=false) -%}{%- if spec.type == 'array' -%}{{- render_type(spec['items']) + '[]' -}}{%- elif spec.type is iterable and spec.type is not string -%}{{- spec.type | join(' | ') -}}{%- else -%}{{- spec.type -}}{%- endif -%}{%- endmacro -%}{%- for name, spec in tool.parameters.properties.items() -%}{{ name }}: {{ render_type(spec) }}{{ ', ' if not loop.last else '' }}{%- endfor -%}{%- call render_type(x) %}{% endcall %}",
  ],
  [
    'DeepSeek-like joins',
    "{% set ns = namespace(is_first=false, is_tool=false, system_prompt='') %}{%- for message in messages %}{%- if message['role'] == 'system' %}{% set ns.system_prompt = ns.system_prompt + '\\n\\n' + message['content'] %}{%- endif %}{%- if message['role'] == 'assistant' and 'tool_calls' in message %}{%- for tool in message['tool_calls'] %}{{ tool['type'] + tool['function']['name'] + '```json' + '\\n' + tool['function']['arguments'] }}{%- endfor %}{%- endif %}{%- endfor %}{{ bos_token }}{{ ns.system_prompt }}",
  ],
  [
    'generation blocks and loop controls',
    "{% for m in messages %}{% if m.role == 'tool' %}{% continue %}{% endif %}{% generation %}{{ m.content }}{% endgeneration %}{% if loop.index > 100 %}{% break %}{% endif %}{% endfor %}",
  ],
  ['a set block', '{% set header %}{{ bos_token }}system{% endset %}{{ header | trim | upper }}'],
  [
    'tests and dates',
    "{%- if add_generation_prompt is defined and not continue_final_message %}{{ '<|assistant|>' }}{%- endif %}{{ strftime_now('%Y-%m-%d') }}{{ messages | map(attribute='role') | join(',') }}{{ range(3) | list }}",
  ],
  [
    'dictionaries',
    "{%- set names = {'user': 'Human', 'assistant': 'AI'} %}{%- for m in messages %}{{ names[m.role] }}: {{ m.content.replace('a', 'b').title() }}{{ names.get(m.role, 'x') }}{%- endfor %}",
  ],
  [
    'prose and comments',
    'Text that says __class__ and os.popen outside of any block. {# and {{ x.__class__ }} in a comment #}{% raw %}{{ x.__class__.__init__() }}{% endraw %}',
  ],
  [
    'empty contents',
    "{% for m in messages %}{% if m.content == '' or m.content is none %}{{ 'No content was given here.' }}{% endif %}{% endfor %}",
  ],
  ['marks with underscores', "{{ '<__media__>' }}{{ 'a_b' }}{{ message['tool_calls'][0]['function']['arguments'] }}{{ 'x' * 3 }}"],
];

export const provedTemplates: readonly string[] = [
  "{{ ''.__class__.__mro__[1].__subclasses__() }}",
  "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
  "{{ joiner.__init__.__globals__['os'].popen('id') }}",
  "{{ lipsum.__globals__['os']['popen']('id') }}",
  "{{ namespace.__init__.__globals__.os.system('id') }}",
  "{{ self.__init__.__globals__.__builtins__.__import__('os').popen('id') }}",
  "{{ self._TemplateReference__context.cycler.__init__.__globals__.os.popen('id') }}",
  "{{ ''['__cla' ~ 'ss__']['__mr' ~ 'o__'][1]['__subclasses__']() }}",
  "{{ ''['\\x5f\\x5fclass\\x5f\\x5f']['\\x5f\\x5fbase\\x5f\\x5f']['\\x5f\\x5fsubclasses\\x5f\\x5f']() }}",
  "{{ ()|attr('__class__')|attr('__base__')|attr('__subclasses__')() }}",
  "{{ (messages|attr('__init__'))('x') }}",
  "{{ ''|attr(['__class', '__']|join)|attr('__mro__') }}{{ ''|attr('%s%s'|format('__cla', 'ss__'))|attr('__subclasses__')() }}",
  "{% set a = '__cla' ~ 'ss__' %}{{ ''[a]['__base__']['__subclasses__']() }}",
  "{% set g = cycler.__init__.__globals__ %}{{ g.os.popen('id') }}",
  "{% for c in [].__class__.__base__.__subclasses__() %}{% if c.__name__ == 'Popen' %}{{ c('id') }}{% endif %}{% endfor %}",
  "{{ ''[('_' * 2) ~ 'class' ~ ('_' * 2)]['__base__']['__subclasses__']() }}",
  "{{ ''['ssalc__'[::-1] ~ ''] }}{{ x['__ssalc__'|reverse].__init__() }}",
  "{{ ''['__CLASS__'|lower].__base__.__subclasses__() }}",
  "{{ ''['xxclassxx'|replace('x', '_')]['__base__'].__subclasses__() }}",
  '{{ x[dict(__cla=1, ss__=1)|join].__init__() }}',
  '{{ request.application.__globals__.__builtins__.__import__("os").popen("id").read() }}',
  "{{ config.__class__.__init__.__globals__['os'].popen('id').read() }}",
  "{%- if cycler.__init__.__globals__.os.system('id') %}{%- endif %}",
  "{% set x = namespace(a=cycler.__init__.__globals__.os.popen('id')) %}",
  "{% macro m(a=lipsum.__globals__.os.popen('id')) %}{% endmacro %}",
  "{{ '}}' }}{{ x.__class__.__init__() }}",
];

export const hostileTemplates: readonly string[] = [
  "{{ ''['__class__'] }}",
  "{{ ''['__cla' + 'ss__'] }}",
  "{{ ''['__cla' 'ss__'] }}",
  "{{ ''['\\u005f\\u005fclass__'] }}",
  '{{ x | attr(y) }}',
  '{% set a = lipsum.x %}',
  '{{ self.x }}',
  "{% include 'x' %}",
  "{%- import 'x' as y -%}",
  "{% extends '../../secret' %}",
  "{% from 'x' import y %}",
  "{{ f.popen('id') }}",
  "{{ messages | map(attribute='__class__') | list }}",
  "{{ messages | selectattr('__init__') | list }}",
  "{{ messages | sort(attribute='content.__class__') }}",
  "{{ open('/etc/passwd').read() }}",
  "{{ exec('x') }}",
  "{{ __import__('os') }}",
  '{% for i in range(999999999) %}x{% endfor %}',
  '{% for i in range(5000) %}{% for j in range(5000) %}x{% endfor %}{% endfor %}',
  "{{ 'x' * 1000000000 }}",
  '{{ 9 ** 999999 }}',
];
