/** E-mail by SMTP (RFC 5321), always under TLS: STARTTLS required (RFC 3207) or from the first byte (RFC 8314). */
import { isIP } from 'node:net';
import { createTransport, type SendMailOptions, type SMTPPoolOptions } from 'nodemailer';
import { isProblem } from '../../../contract/problem.ts';
import { outsideUrl, type Place, placeOf } from '../../../platform/http/outside-address.ts';
import { reachOf } from '../../../platform/http/outside-hosts.ts';
import { delivered, failed, outcomeOfProblem } from '../deliveries/outcome.ts';
import {
  defineChannel,
  type MailPool,
  type MailPools,
  type OpenAddress,
  type Outcome,
  type Parcel,
  people,
  type Surroundings,
} from './channel.ts';
import { htmlText, plainText, subjectOf, threadOf } from './email-text.ts';

type EmailAddress = OpenAddress<'email'>;

/** What one header may not hold: with a line break in it, it would be two (RFC 5322, 2.2). */
const breaksHeader = (value: string): boolean => /[\r\n\0]/.test(value);

export function mailOf(parcel: Parcel, { from, to }: Pick<EmailAddress, 'from' | 'to'>): SendMailOptions {
  const { messageId, root } = threadOf(parcel, from);
  return {
    from,
    to: [...to],
    subject: subjectOf(parcel),
    text: plainText(parcel),
    html: htmlText(parcel),
    messageId,
    ...(root === null ? {} : { references: root, inReplyTo: root }),
    date: parcel.createdAt,
    headers: {
      // Out-of-office answers and mailing lists leave it alone (RFC 3834).
      'Auto-Submitted': 'auto-generated',
      'X-Delivery-Id': parcel.id,
    },
    priority: parcel.severity === 'critical' ? 'high' : 'normal',
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** What the library says of one message, as far as it matters here. */
type Sender = MailPool & { sendMail(mail: SendMailOptions): Promise<{ response: string; messageId: string; rejected: unknown[] }> };

/** Under 25 s in all, so that the lease of 30 s covers it. */
const limits = { dnsTimeout: 5000, connectionTimeout: 8000, greetingTimeout: 8000, socketTimeout: 12_000 } as const;

/** Sessions at a time: what mail servers commonly allow one client. */
const concurrency = 5;

function poolOptions({ host, port, security, username, password }: EmailAddress, pinned: Place, tls: Surroundings['tls']) {
  return {
    pool: true as const,
    // The judged address itself; the name is what its certificate must say.
    host: pinned.address,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    tls: { minVersion: 'TLSv1.2' as const, ...(isIP(host) === 0 ? { servername: host } : {}), ...tls },
    ...(username === null || password === null ? {} : { auth: { user: username, pass: password } }),
    maxConnections: concurrency,
    maxMessages: 100,
    // A message whose connection closed may have arrived: what is tried again is decided in the outbox.
    maxRequeues: 0,
    idleTimeout: 60_000,
    ...limits,
  } satisfies SMTPPoolOptions;
}

function senderOf(address: EmailAddress, pinned: Place, { mailPools, tls }: Surroundings): Sender {
  const options = poolOptions(address, pinned, tls);
  // Another password or place is another pool.
  const key = JSON.stringify([options, address.host]);
  return mailPools.get(key, () => createTransport(options)) as Sender;
}

const longestMs = 25_000;
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new TypeError('too late'), { code: 'ETIMEDOUT' })), longestMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** 4xx is for now, 5xx for good (RFC 5321, 4.2.1); no answer is tried again. */
export function outcomeOfMailFailure(error: unknown): Outcome {
  if (isProblem(error)) return outcomeOfProblem(error);
  const { code, responseCode, response } = factsOf(error);
  const seen = { httpStatus: null, answer: response ?? '' };
  // Whatever number refuses STARTTLS: nothing was said in the clear, and a certificate can be renewed.
  if (code === 'ETLS') return failed('retry', 'The mail server offers no TLS that can be trusted.', seen);
  if (responseCode !== null && responseCode >= 500) return failed('dead', `The mail server refuses it (${responseCode}).`, seen);
  if (responseCode !== null && responseCode >= 400) return failed('retry', `The mail server cannot take it now (${responseCode}).`, seen);
  const reasons: Readonly<Record<string, string>> = {
    EAUTH: 'The mail server does not accept the user and password.',
    EENVELOPE: 'The mail server refuses the sender or every recipient.',
  };
  if (code === 'EENVELOPE') return failed('dead', reasons['EENVELOPE'] ?? code, seen);
  return failed('retry', reasons[code] ?? `The mail server was not reached (${code}).`, seen);
}

function factsOf(error: unknown): { code: string; responseCode: number | null; response: string | null } {
  const read = (name: string): unknown => (typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined);
  const [code, responseCode, response] = [read('code'), read('responseCode'), read('response')];
  return {
    code: typeof code === 'string' ? code : 'unknown',
    responseCode: typeof responseCode === 'number' ? responseCode : null,
    response: typeof response === 'string' ? response : null,
  };
}

/** One mail to the server of the address. Never throws. */
export async function handOver(mail: SendMailOptions, address: EmailAddress, around: Surroundings): Promise<Outcome> {
  const values = [mail.from, ...[mail.to].flat(), mail.subject, mail.messageId, mail.references ?? ''].map(String);
  if (values.some(breaksHeader)) return failed('dead', 'A header would hold a line break.');
  try {
    const place = `https://${isIP(address.host) === 6 ? `[${address.host}]` : address.host}:${address.port}`;
    const pinned = await placeOf(outsideUrl(place, reachOf(place, around.hosts)), reachOf(place, around.hosts));
    const { response, messageId, rejected } = await inTime(senderOf(address, pinned, around).sendMail(mail));
    const also = rejected.length === 0 ? '' : ` Refused for: ${rejected.map(String).join(', ')}.`;
    return delivered('sent', { answer: `${response}${also}`, remoteId: messageId.slice(0, 300) });
  } catch (error) {
    return outcomeOfMailFailure(error);
  }
}

export const email = defineChannel({
  id: 'email',
  title: 'E-mail',
  concurrency,
  defaults: people,
  place: ({ to }) => (to.length === 1 ? (to[0] ?? '') : `${to[0]} and ${to.length - 1} more`),
  check: () => {},
  send: (parcel, address, around) => handOver(mailOf(parcel, address), address, around),
  explain: ({ answer, reason }) => {
    if (/\b5\.7\.8\b|^535/.test(answer))
      return 'The mail server does not accept the user and password. Some providers want a password made for this program.';
    if (/TLS/.test(reason))
      return 'Messages are only sent under TLS with a certificate that can be checked. Compare port and security: 587 with STARTTLS, 465 with TLS from the start.';
    if (/\b550\b|5\.1\.1/.test(answer)) return 'The mail server knows no such mailbox, or does not take mail from this sender.';
    return null;
  },
});

/** SMTP sessions by what makes them; a class of one life. */
export function mailPools(most = 20): MailPools {
  const pools = new Map<string, MailPool>();
  return {
    get(key, make) {
      const known = pools.get(key);
      if (known !== undefined) return known;
      const [oldest] = pools;
      if (pools.size >= most && oldest !== undefined) {
        oldest[1].close();
        pools.delete(oldest[0]);
      }
      const made = make();
      pools.set(key, made);
      return made;
    },
    close() {
      for (const pool of pools.values()) pool.close();
      pools.clear();
    },
  };
}
