import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic();

export async function summarise(review: string): Promise<string> {
  const answer = await client.messages.create({
    model: 'claude-3-5-haiku-latest',
    max_tokens: 300,
    messages: [{ role: 'user', content: review }],
  });
  const [first] = answer.content;
  return first?.type === 'text' ? first.text : '';
}
