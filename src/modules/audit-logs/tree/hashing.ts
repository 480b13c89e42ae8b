/** Hashes of the Merkle tree over the log. */
import { hash } from 'node:crypto';

export const hashBytes = 32;
const leafPrefix = Buffer.from([0]);

/** A hash as text, one character for each of its 32 bytes: node:crypto answers it in a third of the time of a Buffer of its own. */
export type HashText = string;

/** SHA-256(""): the root of a log without entries. @source RFC 6962 section 2.1 */
export const emptyRoot: Buffer = hash('sha256', '', 'buffer');

export const hashOfText = (text: HashText): Buffer => Buffer.from(text, 'latin1');

/** SHA-256(0x00 ‖ line). @source RFC 6962 section 2.1 */
export function leafHash(line: Uint8Array): Buffer {
  return hashOfText(hash('sha256', Buffer.concat([leafPrefix, line]), 'latin1'));
}

const pair = Buffer.alloc(1 + 2 * hashBytes, 1);
/** SHA-256(0x01 ‖ left ‖ right). Both of 32 bytes. @source RFC 6962 section 2.1 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  // One buffer for all: hashing is synchronous, and ten million nodes need no ten million buffers.
  pair.set(left, 1);
  pair.set(right, 1 + hashBytes);
  return hashOfText(hash('sha256', pair, 'latin1'));
}
