import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { Frontier, levelsOf } from './frontier.ts';
import { emptyRoot, leafHash } from './hashing.ts';
import { consistencyProof, inclusionProof, isConsistent, isIncluded, type NodeReader, rangeHash } from './proofs.ts';
import { checkpointText, isSignedBy, readNote, signCheckpoint, signedAt } from './signed-note.ts';
import { perfectRoot } from './test-export.ts';
import { nodesOfTiles, TileBuilder, tilePath, tileWidth } from './tiles.ts';

/** Leaves and roots of the reference implementation of Certificate Transparency (RFC 6962), its tree tests. */
const referenceLeaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const referenceRoots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** @param everyRoot the root after each leaf is kept too; else only the last one is. */
function grown(size: number, everyRoot = true) {
  const nodes = new Map<string, Buffer>();
  const frontier = new Frontier();
  const tiles = new TileBuilder();
  const leaves: Buffer[] = [];
  const roots = [emptyRoot];
  for (let index = 0; index < size; index += 1) {
    const leaf = leafHash(Buffer.from(`entry ${index}`));
    leaves.push(leaf);
    frontier.append(leaf, (level, at, hash) => {
      nodes.set(`${level} ${at}`, hash);
      tiles.node(level, hash.toString('latin1'));
    });
    if (everyRoot || index === size - 1) roots[index + 1] = frontier.root();
  }
  const read: NodeReader = async (level, index) => {
    const found = nodes.get(`${level} ${index}`);
    assert.ok(found, `no node ${index} at level ${level}`);
    return found;
  };
  return { read, leaves, roots, frontier, tiles };
}

test('roots are those of the reference implementation', () => {
  const frontier = new Frontier();
  assert.equal(frontier.root().toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  for (const [index, leaf] of referenceLeaves.entries()) {
    frontier.append(leafHash(Buffer.from(leaf, 'hex')));
    assert.equal(frontier.root().toString('hex'), referenceRoots[index]);
  }
});

test('a tree goes on from its edge as if it had never stopped', () => {
  const { leaves, roots } = grown(300);
  for (const size of [0, 1, 2, 3, 7, 8, 255, 256, 299]) {
    const before = new Frontier();
    for (const leaf of leaves.slice(0, size)) before.append(leaf);
    const after = new Frontier(size, before.bytes());
    for (const leaf of leaves.slice(size)) after.append(leaf);
    assert.deepEqual(after.root(), roots[300]);
  }
  assert.throws(() => new Frontier(3, Buffer.alloc(32)), /edge of 2 hashes, not of 1/);
  assert.deepEqual(levelsOf(2 ** 40 + 5), [40, 2, 0]);
});

test('every entry of every size has a proof that holds, and only for itself', async () => {
  const { read, leaves, roots } = grown(70);
  for (let size = 1; size <= 70; size += 1) {
    for (let index = 0; index < size; index += 1) {
      const proof = await inclusionProof(index, size, read);
      const root = roots[size] ?? emptyRoot;
      const leaf = leaves[index] ?? emptyRoot;
      assert.ok(isIncluded({ index, size, leaf, root }, proof), `${index} in ${size}`);
      assert.ok(proof.length <= Math.ceil(Math.log2(size)));
      if (size > 1) {
        assert.ok(!isIncluded({ index: (index + 1) % size, size, leaf, root }, proof), 'another place');
        assert.ok(!isIncluded({ index, size, leaf, root }, proof.slice(1)), 'a shortened proof');
        assert.ok(!isIncluded({ index, size, leaf, root }, [...proof, root]), 'a lengthened proof');
        assert.ok(!isIncluded({ index, size, leaf: root, root }, proof), 'another leaf');
      }
    }
  }
  await assert.rejects(inclusionProof(5, 5, read), RangeError);
});

test('every earlier tree is shown to be the beginning of a later one, and no other is', async () => {
  const { read, roots } = grown(70);
  for (let size = 1; size <= 70; size += 1) {
    for (let earlier = 1; earlier <= size; earlier += 1) {
      const proof = await consistencyProof(earlier, size, read);
      const growth = { earlier, size, earlierRoot: roots[earlier] ?? emptyRoot, root: roots[size] ?? emptyRoot };
      assert.ok(isConsistent(growth, proof), `${earlier} to ${size}`);
      if (earlier === size) continue;
      assert.ok(!isConsistent({ ...growth, earlierRoot: emptyRoot }, proof), 'another beginning');
      assert.ok(!isConsistent({ ...growth, root: emptyRoot }, proof), 'another end');
      assert.ok(!isConsistent({ ...growth, earlier: earlier === 1 ? 2 : earlier - 1 }, proof) || size === 2, 'another size');
    }
  }
});

test('proofs of invented hashes never hold', () => {
  const { roots } = grown(40);
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.array(hash, { maxLength: 8 }), fc.nat(39), fc.integer({ min: 1, max: 40 }), (proof, index, size) => {
      const root = roots[size] ?? emptyRoot;
      assert.ok(!isIncluded({ index, size, leaf: leafHash(Buffer.from('forged')), root }, proof));
      if (size < 40) assert.ok(!isConsistent({ earlier: size, size: 40, earlierRoot: leafHash(Buffer.from('x')), root }, proof));
    }),
    { numRuns: 300, seed: 7 },
  );
});

test('nodes read through tiles are the nodes of the tree, with whole and with partial tiles', async () => {
  const size = 70_000;
  const { read, roots, tiles } = grown(size, false);
  const whole = new Map(tiles.take().map((tile) => [`${tile.level} ${tile.index}`, tile.hashes]));
  assert.equal(whole.size, 273 + 1, '273 whole tiles of leaves, one of their roots');
  const open = tiles.open();
  let asked = 0;
  const nodes = nodesOfTiles(size, async (level, index, width) => {
    asked += 1;
    const hashes = whole.get(`${level} ${index}`) ?? Buffer.concat([...(open[level] ?? [])]);
    assert.equal(hashes.length / 32, width);
    return hashes;
  });
  assert.deepEqual(await rangeHash({ from: 0, to: size }, nodes), roots[size]);
  for (const [level, index] of [
    [0, 0],
    [0, 69_999],
    [5, 100],
    [8, 272],
    [9, 5],
    [13, 2],
    [16, 0],
  ] as const)
    assert.deepEqual(await nodes(level, index), await read(level, index), `node ${index} of level ${level}`);
  const before = asked;
  const proof = await inclusionProof(
    12_345,
    size,
    nodesOfTiles(size, async (level, index) => {
      asked += 1;
      return whole.get(`${level} ${index}`) ?? Buffer.concat([...(open[level] ?? [])]);
    }),
  );
  assert.deepEqual(proof, await inclusionProof(12_345, size, read));
  assert.ok(asked - before <= 6, 'a proof reads a few tiles');
});

test('a builder that goes on from its open tiles makes the same tiles', () => {
  const { leaves, tiles: whole } = grown(1500);
  const frontier = new Frontier();
  const grow = (tiles: TileBuilder, some: readonly Buffer[]): void => {
    for (const leaf of some) frontier.appendText(leaf.toString('latin1'), (level, _, hash) => tiles.node(level, hash));
  };
  const first = new TileBuilder();
  grow(first, leaves.slice(0, 777));
  const second = new TileBuilder(777, first.open());
  grow(second, leaves.slice(777));
  const tiles = [...first.take(), ...second.take()];
  assert.deepEqual(tiles, whole.take());
  for (const { root, hashes } of tiles)
    assert.deepEqual(root, perfectRoot(Array.from({ length: tileWidth }, (_, at) => hashes.subarray(32 * at, 32 * (at + 1)))));
  assert.throws(() => new TileBuilder(3, []), /3 hashes/);
});

test('tiles are named as the standard names them', () => {
  assert.equal(tilePath(0, 0), 'tile/0/000');
  assert.equal(tilePath(0, 1_234_067), 'tile/0/x001/x234/067');
  assert.equal(tilePath(1, 273, 112), 'tile/1/273.p/112');
  assert.equal(tileWidth, 256);
});

test('a checkpoint is signed, read back strictly, and holds for its key alone', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const key = { name: 'example.org/log', privateKey, publicKey: raw, keyObject: publicKey };
  const checkpoint = { origin: 'example.org/log', size: 42, root: leafHash(Buffer.from('x')) };
  const note = signCheckpoint(checkpoint, key);
  const read = readNote(note);
  assert.deepEqual(read?.checkpoint, checkpoint);
  assert.ok(read && isSignedBy(read, key));
  const other = generateKeyPairSync('ed25519').publicKey;
  const otherRaw = other.export({ format: 'der', type: 'spki' }).subarray(-32);
  assert.ok(!isSignedBy(read, { name: key.name, publicKey: otherRaw, keyObject: other }), 'another key');
  assert.ok(!isSignedBy(read, { ...key, name: 'example.org/other' }), 'another name');
  const at = new Date('2026-03-01T12:00:00.700Z');
  const timed = signCheckpoint(checkpoint, key, at);
  const said = readNote(timed);
  assert.deepEqual(said && signedAt(said, key), new Date('2026-03-01T12:00:00Z'), 'to the second');
  // C2SP tlog-cosignature: key id of algorithm 4, eight bytes of time, then the signature over the time and the text.
  const bytes = Buffer.from(timed.trimEnd().split(' ').at(-1) ?? '', 'base64');
  const id = createHash('sha256').update('example.org/log\n').update(Buffer.of(4)).update(raw).digest().subarray(0, 4);
  assert.deepEqual([bytes.subarray(0, 4), bytes.readBigUInt64BE(4)], [id, 1_772_366_400n]);
  const signed = Buffer.from(`cosignature/v1\ntime 1772366400\n${checkpointText(checkpoint)}`);
  assert.ok(verify(null, signed, publicKey, bytes.subarray(12)));
  bytes.writeBigUInt64BE(1_772_366_401n, 4);
  const moved = readNote(timed.replace(/ [^ ]+$/, ` ${bytes.toString('base64')}\n`));
  assert.deepEqual([moved && isSignedBy(moved, key), moved && signedAt(moved, key)], [true, false], 'another time');
  const [untimed = ''] = timed.split(/(?<=\n)(?=— [^\n]*\n$)/);
  const old = readNote(untimed);
  assert.deepEqual([old && isSignedBy(old, key), old && signedAt(old, key)], [true, null], 'a note of before there were cosignatures');
  const swapped = readNote(note.replace('\n42\n', '\n43\n'));
  assert.ok(swapped && !isSignedBy(swapped, key), 'another size under the same signature');
  for (const broken of [
    note.slice(0, -1),
    note.replace('\n\n', '\n'),
    note.replace('\n42\n', '\n042\n'),
    note.replace('\n42\n', '\n4.2e1\n'),
    note.replace('— ', '- '),
    `${checkpointText(checkpoint)}extra line\n\n${note.split('\n\n')[1]}`,
    note.replace(/=\n\n/, '\n\n'),
  ])
    assert.equal(readNote(broken), null, JSON.stringify(broken));
});
