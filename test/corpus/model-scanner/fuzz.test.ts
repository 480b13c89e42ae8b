import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, u16, u32 } from './build-bytes.ts';
import { zip } from './build-zip.ts';
import { familiesOf, fuzz, inputOf } from './fuzz.ts';
import { dice, mutate } from './mutate.ts';
import { reportOf } from './read-artefact.ts';
import { builtSeeds, realSeeds } from './seeds.ts';

const families = familiesOf([...realSeeds(), ...(await builtSeeds())], reportOf);
/** A slice of the whole: `npm run fuzz` takes 100,000 for each family. */
const count = 60;

test('mutated files of every family are read without a failure, a hang or nonsense', () => {
  assert.ok(families.length >= 20, `only ${families.length} families have files to start from`);
  for (const family of families) {
    // The memory of this process belongs to all tests: it is measured by the command, which has one for each family.
    const failures = fuzz({ scan: reportOf, family, from: 0, count, seed: 1 }).filter(({ kind }) => kind !== 'memory');
    assert.deepEqual(failures, [], `again: npm run fuzz -- --family ${family.format} --seed 1 --from ${failures[0]?.iteration} --count 1`);
  }
});

test('an iteration gives the same bytes every time, and most iterations change the file', () => {
  const [family] = families;
  assert.ok(family);
  assert.deepEqual(inputOf(family, 17, 1), inputOf(family, 17, 1));
  assert.notDeepEqual(inputOf(family, 17, 1).bytes, inputOf(family, 17, 2).bytes);
  const file = Uint8Array.from({ length: 100 }, (_, i) => i);
  const roll = dice(5);
  const changed = Array.from({ length: 200 }, () => mutate(file, [file], roll)).filter((bytes) => Buffer.compare(bytes, file) !== 0);
  assert.ok(changed.length > 180, `${changed.length} of 200`);
});

test('found by the fuzzer: a container image of many parts in an MCP configuration is read at once', () => {
  const image = `acme/mcp:1.0.0${'/mcp:1.0.0'.repeat(300)}!`;
  const config = JSON.stringify({ mcpServers: { tool: { command: 'docker', args: ['run', '-i', image] } } });
  const startedAt = process.cpuUsage();
  reportOf(new TextEncoder().encode(config), '.mcp.json');
  assert.ok(process.cpuUsage(startedAt).user < 1_000_000);
});

test('found by the fuzzer: headers of an archive that hold each other do not multiply', () => {
  const name = 'a';
  const header = (size: number) =>
    bytes('PK\x03\x04', u16(20), u16(0), u16(0), u32(0), u32(0), u32(size), u32(size), u16(name.length), u16(0), name);
  // Forty headers of 31 bytes, each with the nine behind it as its content: ways through them are more than 2^20.
  const gap = bytes(...Array.from({ length: 40 }, () => header(279)));
  const { members, verdict } = reportOf(zip([{ name: 'b', data: bytes('b') }], { gap }), 'm.zip');
  assert.ok(members < 2500, `${members} members`);
  assert.equal(verdict, 'suspicious');
});
