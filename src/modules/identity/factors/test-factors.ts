/** For tests: enrols an authenticator app, and gives codes it would show. */
import { generateSync } from 'otplib';
import type { Role } from '../../../contract/permission.ts';
import type { Answer, Browser, Installation } from '../test-installation.ts';
import { goodPassword, person } from '../test-installation.ts';

export const post = (body: unknown = {}) => ({ method: 'POST' as const, body });

/** The code of the step that is so many steps from now. */
export function codeOf(secret: string, steps = 0): string {
  return generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + steps * 30 });
}
/** Six digits that neither this step nor its neighbours show. */
export function wrongCode(secret: string): string {
  const shown = new Set([-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps)));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !shown.has(code)) ?? '';
}

export type Enrolled = {
  readonly id: string;
  readonly email: string;
  readonly browser: Browser;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  /** A code that was not used: makes the app's steps unspent first. */
  fresh(): Promise<string>;
};

export async function personWithTotp(installation: Installation, role: Role = 'analyst'): Promise<Enrolled> {
  const { id, email, browser } = await person(installation, role);
  const { secret, recoveryCodes } = await enrolTotp(browser);
  const fresh = async () => {
    await installation.owner.query('update identity.totp_factor set last_step = 0 where account_id = $1', [id]);
    return codeOf(secret);
  };
  return { id, email, browser, secret, recoveryCodes, fresh };
}

export async function enrolTotp(browser: Browser): Promise<{ secret: string; recoveryCodes: string[] }> {
  const started = await browser.send('/api/user/factors/totp', post());
  const secret = String(started.body['secret']);
  const done = await browser.send('/api/user/factors/totp/confirm', post({ code: codeOf(secret) }));
  if (done.status !== 200) throw new TypeError(`enrolment answered ${done.status} ${JSON.stringify(done.body)}`);
  const codes = done.body['recoveryCodes'];
  return { secret, recoveryCodes: Array.isArray(codes) ? codes.map(String) : [] };
}

/** The password alone: the answer that asks for the second factor. */
export function begin(browser: Browser, email: string, password = goodPassword): Promise<Answer> {
  return browser.send('/api/login', post({ email, password }));
}

export function ticketIn(answer: Answer): string {
  const params = answer.body['params'];
  return typeof params === 'object' && params !== null && 'ticket' in params ? String(params.ticket) : '';
}

export async function finish(browser: Browser, email: string, proof: Record<string, unknown>): Promise<Answer> {
  return browser.send('/api/login/factor', post({ ticket: ticketIn(await begin(browser, email)), ...proof }));
}
