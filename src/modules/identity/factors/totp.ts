/** Time-based one-time codes. Pure but for the clock and the randomness of a new secret. */
import { generateSecret, generateURI, verifySync } from 'otplib';
import { encode } from 'uqr';

export const issuer = 'AI-SPM';
/** Seconds a time step lasts; with SHA-1 and 6 digits what every authenticator app takes. */
const periodSeconds = 30;

/** 160 random bits in Base32, as RFC 4226 recommends. */
export function newTotpSecret(): string {
  return generateSecret({ length: 20 });
}

/** The otpauth: address an app reads. */
export function totpUri(secret: string, email: string): string {
  return generateURI({ issuer, label: email, secret, algorithm: 'sha1', digits: 6, period: periodSeconds });
}

/**
 * The time step whose code this is.
 *
 * @param secret Base32.
 * @param code 6 digits.
 * @param lastStep newest step that was used before: it and all older ones are spent.
 * @param now milliseconds since 1970; one step before and one after are taken too, for clocks that differ (RFC 6238, 5.2).
 * @returns the step, greater than lastStep; null when the code is none of those, or was used.
 * @source RFC 6238.
 */
export function stepOfCode(secret: string, code: string, { lastStep, now }: { lastStep: number; now: number }): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const epoch = Math.floor(now / 1000);
  // A clock that was set back must not make the look-up fail: then every step it can find is spent.
  if (lastStep > Math.floor(epoch / periodSeconds) + 1) return null;
  const found = verifySync({ secret, token: code, epoch, period: periodSeconds, epochTolerance: periodSeconds, afterTimeStep: lastStep });
  return found.valid && 'timeStep' in found ? found.timeStep : null;
}

export type QrPicture = { readonly size: number; readonly path: string };
/** A QR code as the path of its dark modules, each row's runs as one rectangle; the quiet zone is four modules, as ISO/IEC 18004 asks. */
export function qrPicture(text: string): QrPicture {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const path = data.flatMap((row, y) => runsOf(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`));
  return { size, path: path.join('') };
}

function runsOf(row: readonly boolean[]): [start: number, length: number][] {
  const runs: [number, number][] = [];
  for (const [x, dark] of row.entries()) {
    const last = runs.at(-1);
    if (!dark) continue;
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1;
    else runs.push([x, 1]);
  }
  return runs;
}
