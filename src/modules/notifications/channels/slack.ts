/** Slack: incoming webhooks. Facts: api.slack.com/messaging/webhooks and reference/block-kit. */
import { severityWords } from '../deliveries/message.ts';
import { delivered, failed, refusedBy } from '../deliveries/outcome.ts';
import { checkAddress, postJson } from './ask-receiver.ts';
import { defineChannel, type Outcome, type Parcel, people } from './channel.ts';

const longestSection = 3000;
const longestHeader = 150;

/**
 * The three characters that start Slack's own markup; without them an asset called `<!channel>` wakes nobody.
 * Cut so that the escaped text fits and no escape is cut in two.
 */
export function escapeSlack(text: string, longest: number): string {
  let escaped = '';
  for (const character of text) {
    const next = character === '&' ? '&amp;' : character === '<' ? '&lt;' : character === '>' ? '&gt;' : character;
    if (escaped.length + next.length > longest - 1) return `${escaped}…`;
    escaped += next;
  }
  return escaped;
}

/** The marks around an address cannot stand inside it. */
const linkOf = (link: string): string => link.replace(/[<>|]/g, encodeURIComponent);

export function slackBody({ id, severity, title, message }: Parcel): string {
  const head = `${severityWords[severity]}: ${title}`;
  const lines: readonly (readonly [string, string])[] = [
    ['What', message.what],
    ['Where', message.where],
    ['How bad', message.howBad],
    ['Done so far', message.done],
  ];
  const sections = lines.map(([name, text]) => ({
    type: 'section',
    text: { type: 'mrkdwn', text: `*${name}*\n${escapeSlack(text, longestSection - name.length - 3)}` },
  }));
  return JSON.stringify({
    // Shown in notifications and where blocks are not.
    text: escapeSlack(`${head} ${message.link}`, longestSection),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: escapeSlack(head, longestHeader), emoji: false } },
      ...sections,
      { type: 'section', text: { type: 'mrkdwn', text: `<${linkOf(message.link)}|Open in AI-SPM>` } },
      { type: 'context', elements: [{ type: 'plain_text', text: `Delivery ${id}`, emoji: false }] },
    ],
  });
}

const explanations: readonly (readonly [RegExp, string])[] = [
  [/invalid_payload/, 'Slack could not read the message. Tell us: this is a defect of the platform.'],
  [/action_prohibited/, 'An administrator of the Slack workspace has restricted posting by this app.'],
  [
    /no_service|no_team|invalid_token/,
    'Slack knows no such webhook: it was removed, or the address is mistyped. Make a new one and enter it here.',
  ],
  [/channel_not_found/, 'The Slack channel of this webhook is gone. Make a webhook for another channel and enter it here.'],
  [/channel_is_archived/, 'The Slack channel of this webhook is archived. Restore it, or make a webhook for another channel.'],
  [/posting_to_general_channel_denied/, 'Only some people may post to the general channel. Make a webhook for another channel.'],
];

export const slack = defineChannel({
  id: 'slack',
  title: 'Slack',
  // About one message a second and channel.
  concurrency: 1,
  defaults: people,
  place: ({ webhookUrl }) => new URL(webhookUrl).host,
  check: ({ webhookUrl }, hosts) => checkAddress(webhookUrl, hosts),
  async send(parcel, { webhookUrl }, around): Promise<Outcome> {
    const asked = await postJson(webhookUrl, slackBody(parcel), { around });
    if ('failure' in asked) return asked.failure;
    const { status, body } = asked.answer;
    if (status !== 200) return refusedBy(asked.answer);
    if (body.trim() === 'ok') return delivered('acknowledged', { httpStatus: status, answer: body });
    return failed('dead', 'What answers there is no Slack webhook: it did not say ok.', { httpStatus: status, answer: body });
  },
  explain: ({ answer }) => explanations.find(([pattern]) => pattern.test(answer))?.[1] ?? null,
});
