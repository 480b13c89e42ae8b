/** What happens between this page and the authenticator. The code for it is loaded when somebody presses the button. */
import type { z } from 'zod';
import { type Problem, problems } from '../../../contract/problem.ts';
import type { Assertion, AssertionOptions, Attestation, CreationOptions } from '../contract.ts';

const ceremonyProblems = problems('passkey', {
  cancelled: [422, 'The browser took no passkey: it was cancelled, took too long, or this device has none for this site.'],
  known: [409, 'This device or key is registered already.'],
  place: [422, 'Passkeys do not work under this address. Open {host} by its name, over https.'],
  failed: [422, 'The browser could not use a passkey: {reason}.'],
});

/** Browsers without WebAuthn are offered no passkey. */
export function hasPasskeys(): boolean {
  return 'PublicKeyCredential' in window;
}

/** Can this browser offer passkeys among what it fills into the address field (conditional mediation)? */
export async function canFillIn(): Promise<boolean> {
  if (!hasPasskeys()) return false;
  const { browserSupportsWebAuthnAutofill } = await import('@simplewebauthn/browser');
  return browserSupportsWebAuthnAutofill();
}

/** Ends whatever waits for an authenticator: what waited throws passkey.cancelled. */
export async function stopWaiting(): Promise<void> {
  const { WebAuthnAbortService } = await import('@simplewebauthn/browser');
  WebAuthnAbortService.cancelCeremony();
}

/**
 * @param fillIn waits, without asking anybody, until a passkey is chosen in a field whose `autocomplete` ends in `webauthn`. The next
 *   ceremony of this page ends the waiting.
 * @throws passkey.cancelled, passkey.place, passkey.failed
 */
export async function assertionFrom(options: z.output<typeof AssertionOptions>, { fillIn = false } = {}): Promise<Assertion> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  const { allowCredentials, ...rest } = defined(options);
  try {
    const { id, rawId, response, type } = await startAuthentication({
      optionsJSON: { ...rest, ...(allowCredentials === undefined ? {} : { allowCredentials: allowCredentials.map(defined) }) },
      useBrowserAutofill: fillIn,
    });
    return { id, rawId, type, response, clientExtensionResults: {} };
  } catch (error) {
    throw ceremonyProblem(error);
  }
}

/** @throws passkey.cancelled, passkey.known, passkey.place, passkey.failed */
export async function attestationFrom(options: z.output<typeof CreationOptions>): Promise<Attestation> {
  const { startRegistration } = await import('@simplewebauthn/browser');
  const { rp, user, challenge, pubKeyCredParams, timeout, excludeCredentials = [], authenticatorSelection } = options;
  try {
    const { id, rawId, response, type } = await startRegistration({
      optionsJSON: {
        rp: defined(rp),
        user,
        challenge,
        pubKeyCredParams,
        excludeCredentials: excludeCredentials.map(defined),
        attestation: 'none',
        ...(timeout === undefined ? {} : { timeout }),
        ...(authenticatorSelection === undefined ? {} : { authenticatorSelection: defined(authenticatorSelection) }),
      },
    });
    const { clientDataJSON, attestationObject, transports } = response;
    return { id, rawId, type, response: { clientDataJSON, attestationObject, transports }, clientExtensionResults: {} };
  } catch (error) {
    throw ceremonyProblem(error);
  }
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };
/** Leaves out what is undefined: the browser's types tell absent and undefined apart. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>;
}

function ceremonyProblem(error: unknown): Problem {
  if (!(error instanceof Error)) return ceremonyProblems.failed({ reason: 'unknown' });
  // The package names its own errors after the browser's.
  if (error.name === 'NotAllowedError' || error.name === 'AbortError') return ceremonyProblems.cancelled();
  if (error.name === 'InvalidStateError') return ceremonyProblems.known();
  if (error.name === 'SecurityError') return ceremonyProblems.place({ host: window.location.host });
  return ceremonyProblems.failed({ reason: error.message.slice(0, 200) });
}
