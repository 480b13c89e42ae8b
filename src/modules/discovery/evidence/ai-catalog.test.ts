import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadCatalog, loadCatalogFolder } from '../../../platform/catalog.ts';
import {
  aiCatalog,
  ecosystems,
  PackageTable,
  ProviderTable,
  packageImported,
  packageNamed,
  providerOfHost,
  providerOfModel,
  SecretTable,
} from './ai-catalog.ts';
import { checksumOf, entropyPerCharacter, findSecrets, hasChecksum, redacted } from './secret.ts';

describe('every catalog entry keeps its own examples', () => {
  for (const [file, { ecosystem, examples }] of loadCatalogFolder('ai-packages', PackageTable))
    test(`packages of ${file}`, () => {
      for (const name of examples.match) assert.notEqual(packageNamed(ecosystem, name), null, name);
      for (const name of examples.miss) assert.equal(packageNamed(ecosystem, name), null, name);
    });
  for (const [id, { examples }] of Object.entries(loadCatalog('model-ids/providers', ProviderTable).providers))
    test(`model ids of ${id}`, () => {
      const own = aiCatalog().providers.find((provider) => provider.id === id);
      for (const model of examples.match)
        assert.ok(
          own?.models.some((pattern) => pattern.test(model)),
          model,
        );
      for (const model of examples.miss) assert.ok(!own?.models.some((pattern) => pattern.test(model)), model);
    });
  for (const { secrets } of loadCatalogFolder('secrets', SecretTable).values())
    for (const { id, prefix, examples } of secrets)
      test(`secrets of ${id}`, () => {
        for (const rest of examples.match)
          assert.deepEqual(
            findSecrets(`key = "${prefix}${rest}"`).map((found) => found.id),
            [id],
            rest,
          );
        for (const text of examples.miss)
          assert.deepEqual(
            findSecrets(`key = "${text}"`).filter((found) => found.id === id),
            [],
            text,
          );
      });
});

test('the tables name each package once', () => {
  assert.deepEqual([...loadCatalogFolder('ai-packages', PackageTable).keys()].sort(), [...ecosystems].sort());
  for (const { ecosystem, packages } of loadCatalogFolder('ai-packages', PackageTable).values()) {
    const names = packages.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length, ecosystem);
  }
});

test('an import belongs to the longest listed module it lies below', () => {
  assert.equal(packageImported('pypi', 'langchain_openai.chat')?.name, 'langchain-openai');
  assert.equal(packageImported('pypi', 'google.cloud.storage'), null);
  assert.equal(packageImported('npm', '@langchain/core/messages')?.name, '@langchain/core');
  assert.equal(packageImported('go', 'github.com/openai/openai-go/v2/option')?.name, 'github.com/openai/openai-go');
  assert.equal(packageImported('pypi', 'torchx.nn'), null);
});

test('hosts are matched whole: a look-alike domain is not the provider', () => {
  assert.equal(providerOfHost('api.openai.com')?.id, 'openai');
  assert.equal(providerOfHost('my-team.openai.azure.com')?.id, 'azure');
  assert.equal(providerOfHost('bedrock-runtime.eu-west-1.amazonaws.com:443')?.id, 'bedrock');
  assert.equal(providerOfHost('localhost:11434')?.id, 'ollama');
  for (const host of ['api.openai.com.evil.example', 'xapi.openai.com', 'localhost:8080', 'a.b.openai.azure.com'])
    assert.equal(providerOfHost(host), null, host);
});

test('model id patterns answer quickly on hostile text', () => {
  const startedAt = performance.now();
  for (const text of [`gpt-4${'-a'.repeat(97)}`, `ft:a${':b'.repeat(95)}`, `claude-3${'-'.repeat(190)}`, 'a'.repeat(200)])
    providerOfModel(text);
  assert.ok(performance.now() - startedAt < 500);
  assert.equal(providerOfModel(`gpt-4${'-a'.repeat(500)}`), null);
});

describe('secrets', () => {
  const real = `ghp_${'aB3dE5gH7jK9mN1pQ3sT5vX7zA9cD1'}`;
  test('a token with a checksum is one only when it fits', () => {
    const token = real + checksumOf(real.slice(4));
    assert.equal(hasChecksum(token), true);
    assert.equal(findSecrets(`x=${token}`)[0]?.id, 'github-token');
    assert.deepEqual(findSecrets(`x=${real}000000`), []);
  });
  test('only four characters and a hash of it are kept, and a line is redacted', () => {
    const token = real + checksumOf(real.slice(4));
    const [found] = findSecrets(`TOKEN=${token}`);
    assert.equal(found?.first, 'ghp_');
    assert.equal(found?.hash.length, 64);
    assert.ok(!JSON.stringify(found).includes(real));
    assert.equal(redacted(`TOKEN=${token} # mine`).includes(real.slice(4, 12)), false);
    assert.equal(redacted('password = "hunter2hunter2"').includes('hunter2'), false);
    assert.equal(redacted('url = "https://user:pw@host/x"'), 'url = "https://…@host/x"');
    assert.equal(
      redacted('client = OpenAI(api_key=os.environ["OPENAI_API_KEY"])'),
      'client = OpenAI(api_key=os.environ["OPENAI_API_KEY"])',
    );
  });
  test('a secret inside a longer word is not one', () => {
    assert.deepEqual(findSecrets('xAKIAIOSFODNN7EXAMPLE AKIAIOSFODNN7EXAMPLE1'), []);
  });
  test('entropy is Shannon’s', () => {
    // Four equally frequent letters: 2 bits.
    assert.equal(entropyPerCharacter('abcdabcd'), 2);
    assert.equal(entropyPerCharacter('aaaa'), 0);
  });
});
