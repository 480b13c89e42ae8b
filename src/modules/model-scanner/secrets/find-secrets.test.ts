// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configurations themselves are written so.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findSecrets } from './find-secrets.ts';
import { loadSecretTable } from './load-secret-table.ts';
import { hasChecksum, normalName } from './secret-checks.ts';

const { table, examples } = loadSecretTable();
const kindsIn = (text: string, isText = true) => findSecrets(Buffer.from(text, 'latin1'), table, isText).map(({ kind }) => kind);
const valuesIn = (text: string, isText = true) => findSecrets(Buffer.from(text, 'latin1'), table, isText).map(({ value }) => value);

/** Built of parts, so that this file holds no secret itself. */
const hugging = `hf_${'9kQ2mWxVb4TnY6cLdZr8e5HgJ7pRa1sUfX'}`;

describe('every entry of the catalog keeps its own examples', () => {
  for (const { id, match, miss } of examples)
    test(id, () => {
      for (const text of match) {
        if (id === 'private-key') continue;
        assert.deepEqual(kindsIn(text), [id], text);
      }
      for (const text of miss) assert.deepEqual(kindsIn(text), [], text);
    });
});

describe('shapes', () => {
  test('a token inside a longer word is none', () => {
    assert.deepEqual(kindsIn(`x${hugging} ${hugging}a`), []);
  });
  test('keys of documentation are none', () => {
    for (const text of [
      'AKIAIOSFODNN7EXAMPLE',
      'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'sk-xxxx',
      'sk-ant-api03-...',
    ])
      assert.deepEqual(kindsIn(text), [], text);
  });
  test('the checksum decides about GitHub tokens', () => {
    // CRC-32 of the 30 characters is 0x6b2c0d1d…: computed by the rule of the source and found again here.
    const body = 'aB3dE5gH7jK9mN1pQ3sT5vX7zA9cD1';
    const fits = ['ghp_', 'ghs_'].flatMap((prefix) => kindsIn(`x=${prefix}${body}${checksumBy(body)}`));
    assert.deepEqual(fits, ['github-token', 'github-token']);
    assert.equal(hasChecksum(`ghp_${body}000000`), false);
    assert.deepEqual(kindsIn(`x=ghp_${body}000000`), []);
  });
  test('in a notebook a token behind an escaped line end is found', () => {
    assert.deepEqual(kindsIn(`{"source": ["import os\\n${hugging}\\n"]}`), ['huggingface-token']);
    assert.deepEqual(valuesIn(`"login(token=\\"${hugging}\\")"`), [hugging]);
  });
  test('a length before the text ends the token where it ends', () => {
    // SHORT_BINUNICODE of 37 bytes, then BINPUT: `q` would go on the word.
    assert.deepEqual(valuesIn(`\x80\x04\x8c\x25${hugging}q\x01.`, false), [hugging]);
    // BINUNICODE with four bytes of length.
    assert.deepEqual(valuesIn(`X\x25\x00\x00\x00${hugging}q\x01.`, false), [hugging]);
    // Protocol buffers: field 1, length 37, next field.
    assert.deepEqual(valuesIn(`\x0a\x25${hugging}"\x01a`, false), [hugging]);
  });
  test('a private key is hidden from its first line to its last', () => {
    const body = Buffer.from(Array.from({ length: 120 }, (_, i) => (i * 37 + 11) % 251)).toString('base64');
    for (const line of ['\n', '\\n']) {
      const key = `-----BEGIN RSA PRIVATE KEY-----${line}${body}${line}-----END RSA PRIVATE KEY-----`;
      const [found] = findSecrets(Buffer.from(`"private_key": "${key}"`), table, true);
      assert.equal(found?.kind, 'private-key');
      assert.ok(found.value.includes(body));
    }
    assert.deepEqual(kindsIn('starts with -----BEGIN PRIVATE KEY----- and then'), []);
    assert.deepEqual(kindsIn('-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----'), []);
    assert.deepEqual(kindsIn(`-----BEGIN ENCRYPTED PRIVATE KEY-----\n${body}\n-----END ENCRYPTED PRIVATE KEY-----`), []);
  });
});

function checksumBy(body: string): string {
  // The other direction of the rule: every six-digit candidate is not tried; the digits are made from the CRC of zlib.
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let rest = crcOf(body);
  let text = '';
  for (let i = 0; i < 6; i++) {
    text = (digits[rest % 62] ?? '') + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** CRC-32 bit by bit, polynomial 0xEDB88320. */
function crcOf(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe('names that promise a secret', () => {
  const random = 'k8Zq4Xw2Rt7Vn1Lc6Hb9Jd3G';
  for (const line of [
    `API_KEY=${random}`,
    `api_key = "${random}"`,
    `"apiKey": "${random}"`,
    `client_secret: ${random}`,
    `os.environ["SERVICE_TOKEN"] = '${random}'`,
    `os.environ.setdefault("MY_API_KEY", "${random}")`,
    `ENV DEPLOY_KEY ${random}`,
    `  - name: VENDOR_API_KEY\n    value: "${random}"`,
    `{"name": "VENDOR_API_KEY", "value": "${random}"}`,
    `curl -H "Authorization: Bearer ${random}"`,
    `--api-key ${random}`,
    `password: "Kf8#mQ2x!vT9"`,
    `DB_PASSWORD=Kf8mQ2xvT9Lz`,
  ])
    test(`finds ${line.replace(random, '…')}`, () => assert.deepEqual(kindsIn(line), ['assigned-secret']));

  for (const line of [
    'api_key = os.environ["OPENAI_API_KEY"]',
    'api_key = settings.providers.openai.api_key2',
    'api_key = "your-api-key-goes-here-123"',
    'api_key: ${{ secrets.OPENAI_API_KEY_2024_PROD }}',
    'api_key: "{{ vault_api_key_2024_production }}"',
    'api_key=$(cat /run/secrets/key1234567)',
    'eos_token = "<|endoftext|>a1b2c3d4e5f6g7"',
    '"pad_token": "[PAD]aaaaaaaaaaaaaa9"',
    'public_key = "k8Zq4Xw2Rt7Vn1Lc6Hb9Jd3G"',
    'cache_key = "k8Zq4Xw2Rt7Vn1Lc6Hb9Jd3G"',
    'secret_name = "prod/ml/openai-key-2024"',
    'password = "password123"',
    'password: changeme123',
    'POSTGRES_PASSWORD=postgres',
    'password = get_password(user1, "x9")',
    'tokenizer = AutoTokenizer.from_pretrained("mistralai/Mistral-7B-v0.1")',
    'max_tokens: 4096',
    'secret: arn:aws:secretsmanager:eu-central-1:111122223333:secret:k8Zq4Xw2Rt7',
    'token = "gpt-4-turbo-2024-04-09"',
    'api_key = "my-secret-key-name-1"',
    'access_key = "00000000-0000-0000-0000-000000000000"',
    'key: value, token: word, secret: thing',
    'password: ${DB_PASSWORD:-Kf8mQ2xvT9Lz}',
    'session_token_expires_in_seconds = 86400123456',
  ])
    test(`passes ${line}`, () => assert.deepEqual(kindsIn(line), []));

  test('outside text names count in pickles only, beside their value', () => {
    const pickle = `\x80\x04}\x94(\x8c\x07api_key\x94\x8c\x18${random}\x94\x8c\x04name\x94\x8c\x01a\x94u.`;
    assert.deepEqual(valuesIn(pickle, false), [random]);
    assert.deepEqual(kindsIn(`api_key = "${random}"`, false), []);
  });
  test('names are read in every common spelling', () => {
    // By hand from the rule: words in lower case joined by `_`.
    assert.deepEqual(['openaiApiKey', 'X-Api-Key', 'OPENAI_API_KEY', '--api-key'].map(normalName), [
      'openai_api_key',
      'x_api_key',
      'openai_api_key',
      'api_key',
    ]);
  });
});

describe('addresses', () => {
  test('a password in the address of a database or a service is found', () => {
    assert.deepEqual(kindsIn('DATABASE_URL=postgresql://svc:Kf8mQ2xvT9@db.internal.acme.io:5432/app'), ['database-address']);
    assert.deepEqual(kindsIn('redis://:Kf8mQ2xvT9Lz@cache:6379/0'), ['database-address']);
    assert.deepEqual(valuesIn('git clone https://bot:Zr8kQ2mW9xVb4TnY@git.acme.io/ml.git'), ['Zr8kQ2mW9xVb4TnY']);
  });
  test('documented and local ones are not', () => {
    for (const text of [
      'postgres://user:password@localhost:5432/db',
      'postgresql://postgres:postgres@db/app',
      'https://user:pass123@example.com/',
      'mongodb://admin:secret@mongo:27017',
      'amqp://guest:guest@rabbitmq',
      'postgres://${USER}:${PASSWORD}@host/db',
      'http://localhost:8080@path',
      'see https://docs.acme.io/a:b@c',
    ])
      assert.deepEqual(kindsIn(text), [], text);
  });
});

describe('bounds', () => {
  test('takes time in proportion to the bytes, whatever they are', () => {
    for (const unit of [
      'key=',
      'token:"',
      '://a:',
      'sk-',
      'eyJa.',
      '-----BEGIN PRIVATE KEY-----',
      'secret ',
      'api_key_',
      'hf_aaaa',
      '"auth":',
    ]) {
      const bytes = Buffer.from(unit.repeat(Math.ceil(2 ** 19 / unit.length)));
      const before = process.cpuUsage();
      findSecrets(bytes, table, true);
      const elapsed = process.cpuUsage(before).user / 1000;
      // Processor time, whatever else the machine does. A square of 512 KiB would take minutes.
      assert.ok(elapsed < 4000, `${unit}: ${Math.round(elapsed)} ms`);
    }
  });
  test('any mutation and cut of bytes is read without a failure', () => {
    const base = Buffer.from(examples.flatMap(({ match }) => match).join('\n'));
    let seed = 7;
    for (let round = 0; round < 300; round++) {
      const copy = Buffer.from(base.subarray(0, (seed % base.length) + 1));
      for (let i = 0; i < 20; i++) {
        seed = (seed * 48271) % 2147483647;
        copy[seed % copy.length] = seed & 255;
      }
      for (const { offset, length, value } of findSecrets(copy, table, round % 2 === 0))
        assert.equal(copy.toString('latin1', offset, offset + length), value);
    }
  });
});

describe('runs of one byte are passed over, and what stands at their ends is not', () => {
  const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ'.repeat(3)}\n-----END PRIVATE KEY-----`;
  const placesIn = (bytes: Buffer, isText: boolean) => findSecrets(bytes, table, isText).map(({ offset, kind }) => `${kind} at ${offset}`);
  for (const length of [1, 5, 4095, 4096, 4097, 12_288, 12_300, 100_000])
    test(`${length} bytes`, () => {
      const dashes = Buffer.from(`${'-'.repeat(length)}\n${'-'.repeat(length)}${key}`);
      assert.deepEqual(placesIn(dashes, true), [`private-key at ${2 * length + 1}`]);
      const zeros = Buffer.concat([Buffer.alloc(length), Buffer.from(hugging), Buffer.alloc(length), Buffer.from(hugging)]);
      assert.deepEqual(placesIn(zeros, false), [`huggingface-token at ${length}`, `huggingface-token at ${2 * length + hugging.length}`]);
    });
});
