import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lastElement } from './client-cert-header.ts';

const hash = '468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688';

test('the examples of Envoy’s own documentation are read', () => {
  assert.deepEqual(
    lastElement(
      `By=http://frontend.lyft.com;Hash=${hash};Subject="/C=US/ST=CA/L=San Francisco/OU=Lyft/CN=Test Client";URI=http://testclient.lyft.com`,
    ),
    [
      ['by', 'http://frontend.lyft.com'],
      ['hash', hash],
      ['subject', '/C=US/ST=CA/L=San Francisco/OU=Lyft/CN=Test Client'],
      ['uri', 'http://testclient.lyft.com'],
    ],
  );
  const two = `By=http://frontend.lyft.com;Hash=${hash};URI=http://testclient.lyft.com,By=http://backend.lyft.com;Hash=9ba61d6425303443c0748a02dd8de688468ed33be74eee6556d90c0149c1309e;URI=http://frontend.lyft.com`;
  assert.deepEqual(lastElement(two)?.at(-1), ['uri', 'http://frontend.lyft.com']);
  assert.equal(lastElement(two)?.length, 3);
  assert.deepEqual(lastElement(`Hash=${hash};Subject="";DNS=a.example;DNS=b.example`)?.slice(1), [
    ['subject', ''],
    ['dns', 'a.example'],
    ['dns', 'b.example'],
  ]);
});

test('what stands in quotes divides nothing, and its escapes are taken off', () => {
  assert.deepEqual(lastElement(String.raw`Subject="CN=a,URI=spiffe://x/y;Hash=\"1\"\\";uri=spiffe://td/real`), [
    ['subject', String.raw`CN=a,URI=spiffe://x/y;Hash="1"\ `.trimEnd()],
    ['uri', 'spiffe://td/real'],
  ]);
});

test('what can be read in two ways is not read', () => {
  for (const header of [
    '',
    ' ',
    ',',
    'URI',
    'URI=a,',
    'URI=a;',
    ';URI=a',
    'URI=a;;URI=b',
    'URI=a,,URI=b',
    'URI =a',
    ' URI=a',
    'URI=a\tb',
    'URI=a\u0000',
    'URI=ä',
    'Subject="a',
    'Subject="a\\"',
    'Subject="a"b;URI=c',
    'Subject=a"b;URI=c',
    'Subject="a" ;URI=c',
    "Subject='a';URI=\"c",
    `URI=${'x'.repeat(16_400)}`,
    Array.from({ length: 17 }, () => 'URI=a').join(','),
    Array.from({ length: 65 }, () => 'DNS=a').join(';'),
  ])
    assert.equal(lastElement(header), null, header.slice(0, 40));
});

test('whatever stands in the values of one element, it comes back, and no element before it is taken for the last', () => {
  const text = fc.stringMatching(/^[\x20-\x7e]{0,40}$/);
  const key = fc.constantFrom('URI', 'By', 'Subject', 'DNS');
  const quoted = (value: string): string => `"${value.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
  const element = fc.array(fc.tuple(key, text), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(element, { minLength: 1, maxLength: 4 }), (elements) => {
      const header = elements.map((pairs) => pairs.map(([name, value]) => `${name}=${quoted(value)}`).join(';')).join(',');
      assert.deepEqual(
        lastElement(header),
        elements.at(-1)?.map(([name, value]) => [name.toLowerCase(), value]),
      );
    }),
    { numRuns: 300 },
  );
});

test('a long header of escapes takes no longer than its length', () => {
  const began = performance.now();
  for (const header of [`Subject="${'\\'.repeat(16_000)}`, `Subject="${'a;'.repeat(8000)}`, 'URI=a;'.repeat(2700)]) lastElement(header);
  assert.ok(performance.now() - began < 1000);
});
