/** What a signature of a DSSE envelope is made over. */

/** @source DSSE 1.0.2, "PAE definition". */
export function signedMessage(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `), payload]);
}

/**
 * The same as model_signing 0.2 wrote it by mistake: another word, and the payload as Python prints bytes.
 * @source model_signing, compatibility of its verifiers with signatures from before 1.0.
 */
export function earlySignedMessage(payloadType: string, payload: Uint8Array): Buffer {
  return Buffer.from(`DSSEV1 ${payloadType.length} ${payloadType} ${payload.length} ${printedBytes(payload)}`);
}

const escapes: ReadonlyMap<number, string> = new Map([
  [9, '\\t'],
  [10, '\\n'],
  [13, '\\r'],
  [92, '\\\\'],
]);

/** `repr(bytes)`: in apostrophes unless only those stand in the text. */
function printedBytes(payload: Uint8Array): string {
  const quote = payload.includes(39) && !payload.includes(34) ? '"' : "'";
  const printed = Array.from(payload, (byte) => {
    const escaped = escapes.get(byte);
    if (escaped !== undefined) return escaped;
    if (byte === 39 && quote === "'") return "\\'";
    return byte < 32 || byte > 126 ? `\\x${byte.toString(16).padStart(2, '0')}` : String.fromCharCode(byte);
  });
  return `b${quote}${printed.join('')}${quote}`;
}
