/** Whatever the bytes say: no exception, no hang, bounded facts, every place inside the source. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Budget, defaultLimits } from '../engine/budget.ts';
import { bytesSource } from '../engine/source.ts';
import type { PickleFacts } from './facts.ts';
import { opcodes } from './opcodes.ts';
import { readPickle } from './read-pickle.ts';
import { catalogTables } from './testing/catalog.ts';
import { hostileSamples } from './testing/hostile.ts';
import { randomNumbers } from './testing/programs.ts';
import { atLeast, readBytes } from './testing/verdict.ts';

const codes = opcodes.map(({ code }) => code);

function read(data: Uint8Array): PickleFacts {
  const budget = new Budget({ ...defaultLimits, wallMs: 5000 });
  return readPickle(
    bytesSource(data),
    { containerPath: ['x'], offset: 0, whole: true },
    { budget, facts: catalogTables(), nested: () => undefined },
  );
}

function check(data: Uint8Array): void {
  const started = performance.now();
  const facts = read(data);
  // Generous: the machine that runs this may be busy. A hang would be minutes.
  assert.ok(performance.now() - started < 4000);
  assert.ok(facts.end <= data.length);
  for (const { where } of [...facts.globals, ...facts.anomalies, ...facts.unread])
    assert.ok(where.offset !== null && where.offset >= 0 && where.offset <= data.length);
  for (const { expression } of facts.globals) assert.ok(expression.length > 0 && expression.length <= 400);
  assert.ok(facts.globals.length <= 2000 && facts.anomalies.length <= 200);
}

test('reads any bytes without an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (data) => check(data)),
    { numRuns: 1500, seed: 7 },
  );
});

test('reads any soup of opcodes without an exception', () => {
  const soup = fc.array(
    fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...codes) }, { weight: 2, arbitrary: fc.integer({ min: 0, max: 255 }) }),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(soup, (data) => check(Uint8Array.from(data))),
    { numRuns: 1500, seed: 11 },
  );
});

test('reads any sequence of whole hostile pieces without an exception', () => {
  const pieces = hostileSamples.filter((_, at) => at % 7 === 0).map(({ data }) => data);
  const chains = fc.array(fc.tuple(fc.constantFrom(...pieces), fc.nat({ max: 200 })), { maxLength: 6 });
  fc.assert(
    fc.property(chains, (chain) =>
      check(Buffer.concat(chain.map(([piece, cut]) => piece.subarray(0, piece.length - (cut % piece.length))))),
    ),
    { numRuns: 300, seed: 13 },
  );
});

test('keeps finding the call when bytes that do not matter to it are changed', () => {
  const tables = catalogTables();
  // `os.system` in GLOBAL form followed by REDUCE and a tail: the tail is changed at random.
  const head = Buffer.from("\x80\x02cos\nsystem\n(S'marker'\ntR", 'latin1');
  const random = randomNumbers(3);
  for (let count = 0; count < 300; count += 1) {
    const tail = Uint8Array.from({ length: 1 + Math.floor(random() * 40) }, () => Math.floor(random() * 256));
    assert.equal(readBytes(Buffer.concat([head, tail]), tables).weight, 'malicious');
  }
});

test('finds the hostile stream behind any prefix of rubbish', () => {
  const tables = catalogTables();
  const hostile = Buffer.from("\x80\x02cos\nsystem\n(S'marker'\ntR.", 'latin1');
  fc.assert(
    // 0xff is no opcode: the first stream breaks at once, and whatever the rest of the rubbish swallows is a decoy.
    fc.property(fc.uint8Array({ maxLength: 60 }), (rubbish) =>
      atLeast(readBytes(Buffer.concat([Uint8Array.of(0xff), rubbish, hostile]), tables).weight, 'suspicious'),
    ),
    { numRuns: 400, seed: 17 },
  );
});
