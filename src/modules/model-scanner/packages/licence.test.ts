import assert from 'node:assert/strict';
import { test } from 'node:test';
import { licenceOfText, namedLicence } from './licence.ts';
import { loadSupplyTables } from './load-supply-tables.ts';
import { isOneEditApart } from './similar-name.ts';
import { readText, scanText } from './test-list.ts';

const { tables, examples } = loadSupplyTables();
const { licences } = tables;

test('every text example of the catalog is named, and the others are not', () => {
  for (const { text, id } of examples.match) assert.equal(licenceOfText(text, licences)?.expression, id);
  for (const text of examples.miss) assert.equal(licenceOfText(text, licences), null, text);
});

test('every name in the catalog is found, and no two licences share one', () => {
  for (const { id, phrases } of licences.texts) {
    assert.equal(namedLicence(id, licences).expression, id);
    // A text made of the phrases alone is that licence or one that stands before it.
    assert.ok(licenceOfText(phrases.join(' x '), licences) !== null, id);
  }
});

test('expressions: OR is the freest, AND the strictest, WITH and + change nothing (SPDX annex D)', () => {
  const terms = (text: string) => namedLicence(text, licences).terms;
  assert.equal(terms('GPL-3.0-only OR MIT'), 'permissive');
  assert.equal(terms('GPL-3.0-only AND MIT'), 'copyleft');
  assert.equal(terms('MIT AND (CC-BY-NC-4.0 OR Apache-2.0)'), 'permissive');
  assert.equal(terms('MIT AND (CC-BY-NC-4.0 OR research-thing)'), 'unknown');
  assert.equal(terms('GPL-2.0+ WITH Classpath-exception-2.0'), 'copyleft');
  assert.equal(terms('llama3.1'), 'use-restricted');
  assert.equal(terms('my own licence'), 'unknown');
  assert.equal(terms('((MIT'), 'unknown');
  assert.equal(terms(`${'('.repeat(400)}MIT`), 'unknown');
});

test('a card without licence, with an unknown one, with one that forbids commerce: risky; a permissive one: clean', () => {
  const card = (licence: string) =>
    `---\n${licence}library_name: transformers\npipeline_tag: text-generation\nbase_model: acme/base\n---\n# Model\nIt may \`exec(\` things.\n`;
  const read = (licence: string) => scanText('README.md', card(licence));
  assert.deepEqual([read('').verdict, read('').findings[0]?.ruleId], ['risky', 'licence-missing']);
  assert.equal(read('license: cc-by-nc-4.0\n').findings[0]?.ruleId, 'licence-restricted');
  assert.equal(read('license: cc-by-nc-4.0\n').findings[0]?.where.line, 2);
  assert.equal(read('license: other\nlicense_name: acme-terms\n').findings[0]?.ruleId, 'licence-missing');
  const clean = read('license: apache-2.0\n');
  assert.deepEqual([clean.verdict, clean.findings.length, clean.metadata['base_model']], ['clean', 0, 'acme/base']);
  assert.equal(read('license: llama3.1\n').verdict, 'clean', 'conditions are worth knowing, no more');
  // Many cards say their licence and nothing else; some name several.
  const bare = (text: string) => scanText('README.md', `---\n${text}---\n# x\n`);
  assert.deepEqual(
    bare('license:\n- mit\n- cc-by-nc-4.0\n').licences.map(({ expression }) => expression),
    ['MIT', 'CC-BY-NC-4.0'],
  );
  assert.deepEqual([bare('license: mit\n').format, bare('license: other\n').findings[0]?.ruleId], ['model-card', 'licence-missing']);
});

test('an ordinary README, with or without front matter, says nothing about licences', () => {
  for (const text of ['# Project\nNo card.\n', '---\ntitle: Docs\n---\n# Page\n']) {
    const report = scanText('README.md', text);
    assert.deepEqual([report.findings.length, report.licences.length], [0, 0]);
  }
});

test('licence files and headers name their licence', () => {
  const text = readText(
    'LICENSE',
    'MIT License\n\nCopyright (c) 2024\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\nof this software',
  );
  assert.deepEqual(
    text.licences.map(({ expression, source, terms }) => [expression, source, terms]),
    [['MIT', 'licence-text', 'permissive']],
  );
  const header = readText('kernel.cu', '// kernel\n// SPDX-License-Identifier: GPL-3.0-or-later\nint x;\n');
  assert.deepEqual(
    header.licences.map(({ expression, source, where }) => [expression, source, where.line]),
    [['GPL-3.0-or-later', 'file-header', 2]],
  );
});

test('one edit: insertion, deletion, replacement, swap of neighbours; nothing else', () => {
  for (const [left, right] of [
    ['torch', 'torchx'],
    ['torch', 'toch'],
    ['torch', 'tirch'],
    ['torch', 'tocrh'],
  ] as const)
    assert.equal(isOneEditApart(left, right), true, `${left} ${right}`);
  for (const [left, right] of [
    ['torch', 'torch'],
    ['torch', 'tchro'],
    ['torch', 'pytorch'],
    ['abcd', 'badc'],
  ] as const)
    assert.equal(isOneEditApart(left, right), false, `${left} ${right}`);
});

/** The beginning of the MIT licence, and the notice that the Apache licence asks for. */
const mit =
  'Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files';
const apache =
  'Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the License.';

test('a known text with conditions of somebody else is not that licence, nor is one that is only denied', () => {
  const said = (text: string) => {
    const found = licenceOfText(text, licences);
    return found === null ? null : `${found.expression}: ${found.terms}`;
  };
  assert.equal(said(apache), 'Apache-2.0: permissive');
  assert.equal(said(mit), 'MIT: permissive');
  assert.equal(said(`${mit}\nThe weights are for research purposes only.`), 'MIT AND LicenseRef-further-conditions: unknown');
  assert.equal(said(`"Commons Clause" License Condition v1.0\n${apache}`), 'Apache-2.0 AND LicenseRef-further-conditions: unknown');
  assert.equal(said('These weights are not licensed under the Apache License, Version 2.0. Ask us.'), null);
  assert.equal(said(`It is not released under the Apache License, Version 2.0 any more. ${apache}`), 'Apache-2.0: permissive');
});

test('texts beside weights are found by their usual names; programs about licences are none', () => {
  const named = (name: string, text: string) => scanText(name, text).licences.map(({ expression }) => expression);
  for (const name of ['LICENSE', 'LICENCE.md', 'COPYING', 'LICENSE-MODEL', 'MODEL_LICENSE', 'model-license.txt', 'LICENSES/MIT.txt'])
    assert.deepEqual(named(name, mit), ['MIT'], name);
  assert.deepEqual(named('LICENSE', 'All rights reserved.'), ['unknown']);
  assert.deepEqual(named('MODEL_LICENSE', 'All rights reserved.'), []);
  assert.deepEqual(named('license.py', `# ${mit}\n`), []);
  assert.deepEqual(named('license_check.ts', mit), []);
});
