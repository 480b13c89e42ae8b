/** Filters that take one word or several: `severity=critical,high`. */
import { z } from 'zod';

/** One of the words, or several joined by commas. `longest` bounds the text before it is matched. */
export function anyOf(words: readonly string[], longest = 400) {
  const one = words.join('|');
  return z
    .string()
    .max(longest)
    .regex(new RegExp(`^(?:${one})(?:,(?:${one}))*$`), `must be one or more of ${words.join(', ')}, joined by commas`);
}
