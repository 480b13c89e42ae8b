import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytes } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';
import { bytesSource } from '../../engine/source.ts';
import { bzip2CrcTable, type Checksum, crc64Checksum, xxh32Checksum } from './checksums.ts';
import { lzma2Pieces } from './lzma2.ts';
import { ByteFeed, faultList } from './pieces.ts';
import { type Codec, openPieces } from './stream-pieces.ts';

/** 240,000 bytes: more than a block of each codec. */
const content = Buffer.from(Array.from({ length: 30_000 }, (_, i) => `model ${i % 7}\n`).join(''));

/** Of `content`, by bzip2 1.0.8 (-1), xz 5.4.1 (--block-size=150000, --check as named) and lz4 1.9.4 (-BX -B4 --content-size). */
const streams: readonly { readonly codec: Codec; readonly name: string; readonly base64: string }[] = [
  {
    codec: 'bzip2',
    name: 'bzip2',
    base64:
      'QlpoMTFBWSZTWaAB5NYAknTZAAAQQAB/AAYGoACQIAAAmqoaAaOlAm0gTCgTdQJwoE5UCdKBMeqkVTtUiqfSkVT2UiqZlIqmMqkVT6UiqfmKCskymstCx1QgARb2yAAAggAD+AAwNQAEgQAABNVQDQ0c4UCbqBOFAnMgTqQJwoEwoE9JCl9pFAnkpFU1VIqnqpFUyqRVMykVT6UiqfmKCskymsw8e+o4AS2iyAAAggAD+AAwNQAEgQAAApVANBpzikU3pFOKRTmkU6pFOEimKRT2UKjuUKjMCg80pFPZQqPpQqNihUZKFR+LuSKcKEhrnJ2KgA==',
  },
  {
    codec: 'xz',
    name: 'xz with CRC-32',
    base64:
      '/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4knvAHJdADabyLBXF21in+oHWtvvHRuHB+yQXnR22uXtvYvEgLg0r1pC8101z1qi5qmVWaa6zw2HTBPIINkqw8KsUqAISj89/ViWhPhmIlkHs6s4a+Dk/Q9TXDHf/gqjK+FWT2q+BOQI7XJQQzdU9Bk2chM47c9sAAAAALZdJckCACEBFgAAAHQv5aPhX48AaV0ANpvIsFcXbXOg6gd8wwJEYwYk9imHsOVmUcEFd0ggn1HVy4nZ1bYWn3UWXBOBS4QkfBMzo3xOd7OFdl5c3gd2f1865WRpny4odclIKp20RhSmZFD0CR9aBi483T2It8YOhtTuu897QgAAAAAAANfE5QAAAooB8JMJgQGQvwVJ278Zm+NRQAMAAAAAAVla',
  },
  {
    codec: 'xz',
    name: 'xz with CRC-64',
    base64:
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4knvAHJdADabyLBXF21in+oHWtvvHRuHB+yQXnR22uXtvYvEgLg0r1pC8101z1qi5qmVWaa6zw2HTBPIINkqw8KsUqAISj89/ViWhPhmIlkHs6s4a+Dk/Q9TXDHf/gqjK+FWT2q+BOQI7XJQQzdU9Bk2chM47c9sAAAAAJNMpDUR2KiUAgAhARYAAAB0L+Wj4V+PAGldADabyLBXF21zoOoHfMMCRGMGJPYph7DlZlHBBXdIIJ9R1cuJ2dW2Fp91FlwTgUuEJHwTM6N8TnezhXZeXN4Hdn9fOuVkaZ8uKHXJSCqdtEYUpmRQ9AkfWgYuPN09iLfGDobU7rvPe0IAAAAAAAC7UhpnExVTgwACjgHwkwmFAZC/BfPd1OUUFzswAwAAAAAEWVo=',
  },
  {
    codec: 'xz',
    name: 'xz with SHA-256',
    base64:
      '/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj4knvAHJdADabyLBXF21in+oHWtvvHRuHB+yQXnR22uXtvYvEgLg0r1pC8101z1qi5qmVWaa6zw2HTBPIINkqw8KsUqAISj89/ViWhPhmIlkHs6s4a+Dk/Q9TXDHf/gqjK+FWT2q+BOQI7XJQQzdU9Bk2chM47c9sAAAAADZkNz7tDDR88ckVucpBPzhcXAVjOf7Id7+y9A4zvl2MAgAhARYAAAB0L+Wj4V+PAGldADabyLBXF21zoOoHfMMCRGMGJPYph7DlZlHBBXdIIJ9R1cuJ2dW2Fp91FlwTgUuEJHwTM6N8TnezhXZeXN4Hdn9fOuVkaZ8uKHXJSCqdtEYUpmRQ9AkfWgYuPN09iLfGDobU7rvPe0IAAAAAAADG56lJGV/X8dPcQdQIL3jBof0uPcDDBNQ2lek1ECEa9AACpgHwkwmdAZC/BZRCzukTOoPXAwAAAAAKWVo=',
  },
  {
    codec: 'lz4',
    name: 'LZ4',
    base64:
      'BCJNGHxAgKkDAAAAAABcLQEAAIJtb2RlbCAwCggAEzEIABMyCAATMwgAEzQIABM1CAATNggADzgA/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////6pQZWwgMQqI1AxYLQEAAIJtb2RlbCAyCggAEzMIABM0CAATNQgAEzYIABMwCAATMQgADzgA/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////6pQZWwgMwpEnvB/LQEAAIJtb2RlbCA0CggAEzUIABM2CAATMAgAEzEIABMyCAATMwgADzgA/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////6pQZWwgNQpJr2Tg1gAAAIJtb2RlbCA2CggAEzAIABMxCAATMggAEzMIABM0CAATNQgADzgA/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////9NQZWwgNAo2OfhUAAAAANXrsMY=',
  },
];

function unpacked(codec: Codec, packed: Uint8Array) {
  const { faults, report } = faultList();
  const pieces = openPieces(codec, bytesSource(packed), { size: null, held: 2 ** 26, report });
  const parts: Buffer[] = [];
  for (let piece = pieces?.next(); piece; piece = pieces?.next()) parts.push(Buffer.from(piece));
  return { content: Buffer.concat(parts), codes: faults.map(({ code }) => code) };
}

const hex = (checksum: Checksum, text: string) => {
  checksum.add(Buffer.from(text));
  return Buffer.from(checksum.value()).reverse().toString('hex');
};

test('checksums have the values that their definitions give for nine digits and other texts', () => {
  // The "check" value of CRC-64/XZ in the catalogue of parametrised CRC algorithms.
  assert.equal(hex(crc64Checksum(), '123456789'), '995dc9bbdf1939fa');
  // The "check" value of CRC-32/BZIP2 there.
  const crc = Buffer.from('123456789').reduce((sum, byte) => (sum << 8) ^ (bzip2CrcTable[(sum >>> 24) ^ byte] ?? 0), -1);
  assert.equal((~crc >>> 0).toString(16), 'fc891918');
  // The xxHash reference implementation: XXH32 of nothing and of "abc", seed 0.
  assert.equal(hex(xxh32Checksum(), ''), '02cc5d05');
  assert.equal(hex(xxh32Checksum(), 'abc'), '32d153ff');
});

test('a checksum does not depend on where the content is cut', () => {
  for (const make of [crc64Checksum, xxh32Checksum])
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.array(fc.nat(30), { maxLength: 10 }), (whole, cuts) => {
        const [once, often] = [make(), make()];
        once.add(whole);
        let at = 0;
        for (const cut of cuts) {
          often.add(whole.subarray(at, at + cut));
          at += cut;
        }
        often.add(whole.subarray(at));
        assert.deepEqual(often.value(), once.value());
      }),
      { numRuns: 200 },
    );
});

for (const { codec, name, base64 } of streams) {
  const packed = Uint8Array.from(Buffer.from(base64, 'base64'));

  test(`${name}: what the real tool wrote is read with checksums that match`, () => {
    const read = unpacked(codec, packed);
    assert.ok(read.content.equals(content));
    assert.deepEqual(read.codes, []);
    const twice = unpacked(codec, bytes(packed, packed));
    assert.deepEqual([twice.content.length, twice.codes], [2 * content.length, []]);
  });

  test(`${name}: changed bytes that still unpack to a whole are told`, () => {
    let told = 0;
    for (let at = 0; at < packed.length; at += 3) {
      const changed = Uint8Array.from(packed);
      changed[at] = (packed[at] ?? 0) ^ 0x10;
      try {
        const read = unpacked(codec, changed);
        if (read.codes.length > 0) told += 1;
        // What ends early ends behind a stream or a frame: only a stream that is read as a whole promises a checksum.
        else if (read.content.length >= content.length) assert.ok(read.content.equals(content), `byte ${at}`);
      } catch (error) {
        assert.ok(error instanceof Error && ['MalformedBytes', 'BudgetExceeded'].includes(error.name), String(error));
      }
    }
    assert.ok(told > 5, `${told}`);
  });

  test(`${name}: a wrong checksum is a lie of the file, and its content is opened`, () => {
    // xz: before index and footer, whose sizes the file names; the others end with theirs.
    const footer = packed.length - 12;
    const indexBytes = (new DataView(packed.buffer).getUint32(codec === 'xz' ? footer + 4 : 0, true) + 1) * 4;
    const at = codec === 'xz' ? footer - indexBytes - 1 : packed.length - 3;
    const changed = Uint8Array.from(packed);
    changed[at] = (packed[at] ?? 0) ^ 0x10;
    const artefact = artefactOf(changed, 'notes.txt');
    assert.deepEqual(
      codesOf(artefact).map((code) => code.replace(/^.*-bad-(crc|check|checksum)$/, 'bad')),
      ['bad'],
      codesOf(artefact).join(),
    );
    assert.equal(artefact.members[0]?.format, 'text');
    assert.equal(reportOf(changed, 'notes.txt').verdict, 'suspicious');
    assert.equal(reportOf(packed, 'notes.txt').verdict, 'clean');
  });
}

test('thousands of LZMA2 chunks of one byte with new tables for each are given in many pieces, so that the clock is looked at', () => {
  // Control byte: everything anew; one byte of content, six packed; lc 3, lp 0, pb 2; a range coder that decodes nine zero bits.
  const chunk = bytes([0xe0, 0, 0, 0, 5, 0x5d, 0, 0, 0, 0, 0, 0]);
  const chunks = 5000;
  const packed = new Uint8Array(chunks * chunk.length + 1);
  for (let i = 0; i < chunks; i++) packed.set(chunk, i * chunk.length);
  const pieces = lzma2Pieces(new ByteFeed(bytesSource(packed), 0, 'xz'), { dictionary: 2 ** 20, held: 2 ** 20 });
  const lengths: number[] = [];
  for (let piece = pieces.next(); piece; piece = pieces.next()) lengths.push(piece.length);
  assert.equal(
    lengths.reduce((sum, length) => sum + length, 0),
    chunks,
  );
  assert.ok(
    lengths.every((length) => length <= 1024),
    lengths.join(),
  );
});
