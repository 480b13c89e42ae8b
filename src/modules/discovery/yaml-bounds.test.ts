import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseYaml } from './document.ts';

/** Forms whose cost grows faster than their length in the library's parser: 200,000 characters of the dearest take it half a minute. */
const hostile: readonly (readonly [string, string])[] = [
  ['keys within keys on one line', 'a: '.repeat(80_000)],
  ['lists within keys on one line', '- a: '.repeat(50_000)],
  ['complex keys within one another', `${'? '.repeat(80_000)}x`],
  ['tags in a row', `${'!a '.repeat(80_000)}x`],
  ['anchors on lines of their own', `${'&a\n'.repeat(80_000)}x`],
  ['brackets within brackets', '['.repeat(200_000)],
  ['indentation without end', Array.from({ length: 700 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ['documents without end', '---\n'.repeat(60_000)],
  ['directives without end', '%a\n'.repeat(60_000)],
  ['an alias for each of many anchors', Array.from({ length: 1500 }, (_, at) => `- &a${at} x\n- *a${at}`).join('\n')],
];

test('texts that would take long to parse are no YAML to us, and are told apart in no time', () => {
  const since = process.cpuUsage();
  for (const [name, text] of hostile) assert.deepEqual(parseYaml(text), [], name);
  const { user, system } = process.cpuUsage(since);
  // Parsed, they cost more than 100 s; told apart, 0.1 s.
  assert.ok((user + system) / 1e6 < 5, `${(user + system) / 1e6} s`);
});

test('many keys beside one another, deep but sensible nesting, anchors with a tag and long prose are read', () => {
  const keys = Array.from({ length: 1500 }, (_, at) => `key-${at}: ${at}`).join('\n');
  assert.equal(Object.keys(parseYaml(keys)[0] ?? {}).length, 1500);
  const prose = `prompt: |\n  ${'Answer: yes, or: no - and why? '.repeat(200)}\nmodel: &it !!str small\nagain: *it`;
  assert.deepEqual(Object.keys(parseYaml(prose)[0] ?? {}), ['prompt', 'model', 'again']);
  const flow = `tools: [${Array.from({ length: 100 }, (_, at) => `{name: tool-${at}, args: [a, b: c]}`).join(', ')}]`;
  assert.equal((parseYaml(flow)[0] as { tools: unknown[] }).tools.length, 100);
  assert.deepEqual(parseYaml(`${'- '.repeat(40)}x`).flat(50), ['x']);
});
