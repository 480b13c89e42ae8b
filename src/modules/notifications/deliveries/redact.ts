/** Keeps what a receiver said, without what opens it: an answer may repeat the request. Pure. */

export const longestAnswer = 2048;
const removed = '[removed]';
/** Shorter pieces stand in ordinary words. */
const leastLength = 6;

/**
 * @param secrets everything that was sealed for the destination; web addresses also by their path, texts also in base64 and URL form
 * @returns at most 2 KiB of one text without control characters
 */
export function redacted(answer: string, secrets: readonly string[]): string {
  let text = answer.slice(0, 65_536).replace(/[^\P{Cc}\n\t]/gu, ' ');
  const pieces = [...new Set(secrets.flatMap(formsOf))].filter((piece) => piece.length >= leastLength);
  // The longest first: a piece of it must not break it up.
  for (const piece of pieces.sort((a, b) => b.length - a.length)) text = text.replaceAll(piece, removed);
  text = text.replace(/\b(Bearer|Basic) [A-Za-z0-9+/=._~-]{6,2000}/g, `$1 ${removed}`);
  return cut(text);
}

function formsOf(secret: string): string[] {
  const url = URL.parse(secret);
  const parts = url === null || !/^https?:$/.test(url.protocol) ? [] : [url.pathname, ...url.pathname.split('/'), url.search.slice(1)];
  const bare = secret.startsWith('whsec_') ? [secret.slice('whsec_'.length)] : [];
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), ...parts, ...bare];
}

/** By bytes, never inside a character. */
function cut(text: string): string {
  const trimmed = text.trim();
  if (Buffer.byteLength(trimmed) <= longestAnswer) return trimmed;
  const bytes = Buffer.from(trimmed).subarray(0, longestAnswer - 3);
  return `${new TextDecoder('utf-8').decode(bytes).replace(/\ufffd+$/u, '')}…`;
}
