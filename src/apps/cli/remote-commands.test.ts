import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { registerRemote } from './remote-commands.ts';

/** What is offered under a noun, and the help of one of its operations. */
function offered(...words: string[]): { nouns: string[]; verbs: string[]; help: string } {
  const program = new Command('ai-spm');
  registerRemote(program, words);
  const noun = program.commands.find((command) => command.name() === 'ai-assets');
  const list = noun?.commands.find((command) => command.name() === 'list');
  return {
    nouns: program.commands.map((command) => command.name()),
    verbs: noun?.commands.map((command) => command.name()) ?? [],
    help: list?.helpInformation() ?? '',
  };
}

test('every noun is offered; operations are worked out for the one that was typed', () => {
  const { nouns, verbs } = offered('vulnerabilities', 'list');
  assert.ok(nouns.includes('ai-assets') && nouns.includes('vulnerabilities'));
  assert.deepEqual(verbs, []);
});

test('help of an operation says what its options take, asked for either way', () => {
  for (const words of [
    ['ai-assets', 'list', '--help'],
    ['help', 'ai-assets', 'list'],
  ]) {
    const { verbs, help } = offered(...words);
    assert.ok(verbs.includes('list') && verbs.includes('register'), verbs.join());
    assert.match(help, /--limit <value> +Rows a page\./);
  }
});
