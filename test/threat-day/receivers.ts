/** Who is told on that day: a mail server with a certificate of its own, Slack, and a webhook that checks what it is sent. */
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepted, HttpReceiver, type Received } from '../../src/modules/notifications/testing/http-receiver.ts';
import { MailReceiver } from '../../src/modules/notifications/testing/mail-receiver.ts';

const signingKey = Buffer.alloc(32, 9);

/** Standard Webhooks: base64 of HMAC-SHA256 over id.timestamp.body, one of those given, and a clock no more than five minutes off. */
function isSigned({ headers, body }: Received): boolean {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => String(headers[name]));
  const expected = `v1,${createHmac('sha256', signingKey).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  return (signatures ?? '').split(' ').includes(expected) && Math.abs(Date.now() / 1000 - Number(timestamp)) < 300;
}

class SignedHook extends HttpReceiver {
  /** Messages whose signature did not hold. */
  refused = 0;
}

export class DayReceivers {
  readonly mail = new MailReceiver();
  readonly slack = new HttpReceiver(() => accepted);
  /** Takes the first message and breaks the connection before its answer, so that it must come again. */
  readonly hook = new SignedHook((received) => {
    if (isSigned(received)) return this.hook.taken.length === 0 ? 'lost' : { status: 204 };
    this.hook.refused += 1;
    return { status: 401 };
  });
  #folder = '';

  async open(): Promise<this> {
    this.#folder = await mkdtemp(join(tmpdir(), 'mail-'));
    await writeFile(join(this.#folder, 'certificate.pem'), this.mail.cert);
    await Promise.all([this.mail.open(), this.slack.open(), this.hook.open()]);
    return this;
  }
  async close(): Promise<void> {
    await Promise.all([this.mail.close(), this.slack.close(), this.hook.close()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** What the platform must know to reach them: private hosts an administrator names, and an authority that Node trusts. */
  environment(): Record<string, string> {
    return {
      OUTBOUND_HOSTS: [this.mail, this.slack, this.hook].map(({ port }) => `127.0.0.1:${port}`).join(','),
      NODE_EXTRA_CA_CERTS: join(this.#folder, 'certificate.pem'),
    };
  }

  destinations(): object[] {
    const mail = {
      ...{ channel: 'email', host: '127.0.0.1', port: this.mail.port, security: 'starttls' },
      ...{ from: 'posture@example.com', to: ['on-call@example.com'], username: 'sender', password: 'mail password' },
    };
    return [
      { name: 'On-call mailbox', address: mail },
      { name: 'Security channel', address: { channel: 'slack', webhookUrl: `${this.slack.url}/services/day` } },
      {
        name: 'Ticket desk',
        address: { channel: 'webhook', url: `${this.hook.url}/hook`, signingSecret: `whsec_${signingKey.toString('base64')}` },
      },
    ];
  }

  /** Whether a message with these words came to each of the three. */
  got(words: string): { mail: boolean; slack: boolean; hook: boolean } {
    return {
      // Soft line breaks of quoted-printable may cut a word.
      mail: this.mail.mails.some(({ text }) => text.replaceAll('=\r\n', '').includes(words)),
      slack: this.slack.taken.some(({ body }) => body.includes(words)),
      hook: this.hook.taken.some(({ body }) => body.includes(words)),
    };
  }
}
