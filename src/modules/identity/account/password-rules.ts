/** What a new password must be. Length decides; no rule asks for a digit or a sign. */
import { loadCatalogLines } from '../../../platform/catalog.ts';

export const shortestPassword = 12;
export const longestPassword = 128;
/** A part of one's own name or address this short proves nothing. */
const shortestOwnWord = 4;
/** What must be left when one's own name and address are taken out. */
const leastOfItsOwn = 8;

let common: ReadonlySet<string> | undefined;

/**
 * Why a password cannot be used, as a sentence; null when it can.
 *
 * @param password as typed. Counted in characters (code points) after NFKC, 12 to 128 of them.
 * @param owner name and e-mail of the person: a password made of these is the first to be guessed.
 * @source NIST SP 800-63B-4 section 3.1.1.2; ASVS 5 chapter V6.2.
 */
export function passwordIssue(password: string, owner: { name: string; email: string }): string | null {
  const text = password.normalize('NFKC');
  const length = [...text].length;
  if (length < shortestPassword) return `The password has ${length} characters; it needs at least ${shortestPassword}.`;
  if (length > longestPassword) return `The password has ${length} characters; ${longestPassword} is the most.`;
  const lower = text.toLowerCase();
  if (isRepetition(lower)) return 'The password repeats the same few characters.';
  if (isRun(lower)) return 'The password is a run of neighbouring characters.';
  if (isCommon(lower)) return 'The password is one of the commonest, or a common word with digits and signs around it.';
  if (isOfOwnWords(lower, owner)) return 'The password is made of your own name or e-mail address.';
  return null;
}

/** One block of up to 11 characters over and over, or at most 4 different characters. */
function isRepetition(text: string): boolean {
  return new Set(text).size <= 4 || /^(.{1,11}?)\1+$/su.test(text);
}

/** abcdefghijkl, 987654321098: each step is +1 or each is -1; digits go round. */
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  return [1, -1].some((step) => steps.every((found) => found === step || found === -9 * step));
}

const lookAlikes: ReadonlyMap<string, string> = new Map([
  ['@', 'a'],
  ['4', 'a'],
  ['0', 'o'],
  ['3', 'e'],
  ['$', 's'],
  ['5', 's'],
  ['7', 't'],
  ['1', 'i'],
  ['!', 'i'],
]);

function isCommon(lower: string): boolean {
  common ??= new Set(loadCatalogLines('common-passwords'));
  const words = common;
  const bare = lower.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const plain = (text: string) => [...text].map((character) => lookAlikes.get(character) ?? character).join('');
  // The ends are cut before look-alikes are undone: a closing 1 is a digit, the 0 in passw0rd a letter.
  return [lower, bare, plain(bare), plain(lower)].some((text) => words.has(text));
}

function isOfOwnWords(lower: string, { name, email }: { name: string; email: string }): boolean {
  const own = `${name} ${email}`
    .normalize('NFKC')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length >= shortestOwnWord)
    .sort((left, right) => right.length - left.length);
  const rest = own.reduce((text, word) => text.replaceAll(word, ''), lower);
  return rest !== lower && [...rest].length < leastOfItsOwn;
}
