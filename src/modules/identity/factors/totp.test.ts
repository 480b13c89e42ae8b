import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-code.ts';
import { newTotpSecret, qrPicture, stepOfCode, totpUri } from './totp.ts';

/** The secret of RFC 6238, appendix B ("12345678901234567890"), in Base32. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
/** Appendix B, SHA-1: Unix time and the last six of its eight digits; T in hexadecimal. */
const vectors = [
  [59, '287082', 0x1],
  [1_111_111_109, '081804', 0x23523ec],
  [1_111_111_111, '050471', 0x23523ed],
  [1_234_567_890, '005924', 0x273ef07],
  [2_000_000_000, '279037', 0x3f940aa],
] as const;

test('the codes of RFC 6238 are those of their time steps', () => {
  for (const [seconds, code, step] of vectors) assert.equal(stepOfCode(secret, code, { lastStep: 0, now: seconds * 1000 }), step);
});

test('a code of the step before or after is taken, one further away is not', () => {
  const at = (seconds: number) => stepOfCode(secret, '005924', { lastStep: 0, now: (1_234_567_890 + seconds) * 1000 });
  assert.deepEqual(
    [-60, -30, 0, 30, 60].map((seconds) => at(seconds) !== null),
    [false, true, true, true, false],
  );
});

test('a step that was used, and all before it, are spent', () => {
  const now = 1_234_567_890_000;
  assert.equal(stepOfCode(secret, '005924', { lastStep: 0x273ef07 - 1, now }), 0x273ef07);
  assert.equal(stepOfCode(secret, '005924', { lastStep: 0x273ef07, now }), null);
  assert.equal(stepOfCode(secret, '005924', { lastStep: 0x273ef07 + 5, now }), null);
  // The newest step that can have been used is the one after: the code of now is then spent as well, and looking for it does not fail.
  for (const ahead of [1, 2, 3]) assert.equal(stepOfCode(secret, '005924', { lastStep: 0x273ef07 + ahead, now }), null);
});

test('what is no code of six digits is refused, not thrown at', () => {
  for (const text of ['', '12345', '1234567', 'abcdef', '٠٠٥٩٢٤']) assert.equal(stepOfCode(secret, text, { lastStep: 0, now: 0 }), null);
});

test('a secret has 160 bits, and its address names issuer and account', () => {
  const made = newTotpSecret();
  assert.match(made, /^[A-Z2-7]{32}$/);
  assert.notEqual(made, newTotpSecret());
  const uri = new URL(totpUri(made, 'ada@example.org'));
  assert.deepEqual([uri.protocol, uri.searchParams.get('secret'), uri.searchParams.get('issuer')], ['otpauth:', made, 'AI-SPM']);
});

test('the picture has the three corner marks of a QR code and a quiet zone', () => {
  const { size, path } = qrPicture('otpauth://totp/AI-SPM:ada@example.org?secret=AAAA&issuer=AI-SPM');
  const dark = new Set<string>();
  for (const [, x = '', y = '', length = ''] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let step = 0; step < Number(length); step += 1) dark.add(`${Number(x) + step} ${y}`);
  // ISO/IEC 18004: 7 by 7 modules in three corners, 4 light modules around everything.
  for (const [left, top] of [
    [4, 4],
    [size - 11, 4],
    [4, size - 11],
  ] as const) {
    for (let step = 0; step < 7; step += 1) assert.ok(dark.has(`${left + step} ${top}`) && dark.has(`${left} ${top + step}`));
  }
  assert.ok(![...dark].some((place) => place.split(' ').some((value) => Number(value) < 4 || Number(value) >= size - 4)));
});

test('ten recovery codes of 24 letters and digits; typing does not matter, the account does', () => {
  const codes = newRecoveryCodes();
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) assert.match(code, /^([2-9A-HJ-NP-Z]{4}-){5}[2-9A-HJ-NP-Z]{4}$/);
  const [code = ''] = codes;
  assert.deepEqual(hashRecoveryCode('a', ` ${code.toLowerCase().replaceAll('-', '')} `), hashRecoveryCode('a', code));
  assert.notDeepEqual(hashRecoveryCode('b', code), hashRecoveryCode('a', code));
});
