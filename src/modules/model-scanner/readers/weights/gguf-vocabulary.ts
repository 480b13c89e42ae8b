/** The tokens of a GGUF model: lengths that programs cast to 32 bits, byte tokens that must spell a byte, lists of one length. */
import { rangePlace } from '../../engine/place.ts';
import { broken, type Draft, lie, TruncatedBytes } from '../../engine/reader.ts';
import { counted, type Header, type ValueTarget } from './gguf-header.ts';

export type Vocabulary = {
  tokens: number | null;
  /** One for each token: 1 when its text is `<0xNN>`. */
  byteTokens: Uint8Array;
  /** Elements by key. */
  readonly counts: Map<string, number>;
};

const tokensKey = 'tokenizer.ggml.tokens';
const typesKey = 'tokenizer.ggml.token_type';
const scoresKey = 'tokenizer.ggml.scores';
/** @source llama.h llama_token_type: BYTE. */
const byteType = 6;
const stringType = 8;
const intType = 5;
/** The longest tokens of real vocabularies have some hundred bytes. */
const longestToken = 2 ** 20;
const mostTokens = 20_000_000;

export function isVocabularyKey(key: string): boolean {
  return key === tokensKey || key === typesKey || key === scoresKey;
}

/** Reads one of the lists; the cursor stands at its element type. The caller walks the value again for its bounds. */
export function readVocabulary(header: Header, key: string, vocabulary: Vocabulary, { draft, tools }: ValueTarget): void {
  const { cursor } = header;
  const type = cursor.u32();
  const count = counted(header);
  vocabulary.counts.set(key, count);
  if (count > mostTokens || count > cursor.left) return;
  if (key === tokensKey && type === stringType) {
    vocabulary.tokens = count;
    vocabulary.byteTokens = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      if ((i & 0xffff) === 0) tools.budget.checkTime();
      readToken(header, i, vocabulary, draft);
    }
  }
  if (key === typesKey && type === intType && count * 4 <= cursor.left) checkTypes(header, count, vocabulary, draft);
}

function readToken(header: Header, index: number, vocabulary: Vocabulary, draft: Draft): void {
  const { cursor } = header;
  const at = cursor.at;
  const length = counted(header);
  if (length > longestToken && !draft.anomalies.some(({ code }) => code === 'gguf-token-length'))
    draft.anomalies.push(
      lie(
        'gguf-token-length',
        `Token ${index} has ${length} bytes: programs that keep lengths in 32 bits write out of bounds.`,
        rangePlace(draft.where, at, 8),
      ),
    );
  if (length > cursor.left) throw new TruncatedBytes('gguf-text', at, `a token of ${length} bytes is promised, ${cursor.left} are there`);
  if (length === 6 && /^<0x[0-9A-Fa-f]{2}>$/.test(cursor.text(6))) vocabulary.byteTokens[index] = 1;
  else if (length !== 6) cursor.skip(length);
}

function checkTypes({ cursor }: Header, count: number, vocabulary: Vocabulary, draft: Draft): void {
  const at = cursor.at;
  let wrong = -1;
  for (let i = 0; i < count; i++)
    if (cursor.i32() === byteType && wrong < 0 && vocabulary.byteTokens[i] === 0 && i < vocabulary.byteTokens.length) wrong = i;
  if (wrong >= 0)
    draft.anomalies.push(
      broken(
        'gguf-byte-token',
        `Token ${wrong} is marked as a byte and does not spell one: programs parse it without looking.`,
        rangePlace(draft.where, at + 4 * wrong, 4),
      ),
    );
}
