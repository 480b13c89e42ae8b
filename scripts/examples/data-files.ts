/** The example's tables and records: invented, and the same each time. */

const phrases = {
  praise: ['Arrived early and well packed', 'Exactly the colour in the picture', 'Best kettle I have owned', 'Friendly help on the phone'],
  complaint: ['The lid broke after two days', 'Wrong size, twice', 'Nobody answers my letters', 'Smells of plastic'],
  question: ['Does it fit a small kitchen?', 'When is the blue one back?', 'Can I return it in the shop?', 'Is the cable two metres long?'],
} as const;
const labels = ['praise', 'complaint', 'question'] as const;

/** A sequence of whole numbers below `below`, the same for the same seed. */
function* numbers(seed: number, below: number): Generator<number> {
  let state = seed >>> 0;
  for (;;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield (state >>> 8) % below;
  }
}

function reviews(rows: number, seed: number): string {
  const source = numbers(seed, 1_000_000);
  const next = () => source.next().value ?? 0;
  const lines = Array.from({ length: rows }, () => {
    const label = labels[next() % labels.length] ?? 'praise';
    const phrase = phrases[label][next() % phrases[label].length] ?? '';
    return `"${phrase}, order ${next() % 9000}",${label}`;
  });
  return `text,label\n${lines.join('\n')}\n`;
}

function customers(rows: number): string {
  const source = numbers(99, 1_000_000);
  const next = (below: number) => (source.next().value ?? 0) % below;
  const lines = Array.from(
    { length: rows },
    (_, index) => `${1000 + index},${next(60)},${next(25)},${(next(40_000) / 100).toFixed(2)},${next(5)},${next(4) === 0 ? 1 : 0}`,
  );
  return `customer_id,months,orders,mean_value,complaints,churned\n${lines.join('\n')}\n`;
}

function tickets(rows: number): string {
  const source = numbers(7, 1_000_000);
  const next = (below: number) => (source.next().value ?? 0) % below;
  return Array.from({ length: rows }, () => {
    const question = phrases.question[next(phrases.question.length)] ?? '';
    const messages = [
      { role: 'user', content: question },
      { role: 'assistant', content: 'I will look that up for you.' },
    ];
    return `${JSON.stringify({ messages })}\n`;
  }).join('');
}

/** path → text. */
export const dataTexts: ReadonlyMap<string, string> = new Map([
  ['data/reviews/train.csv', reviews(240, 1)],
  ['data/reviews/test.csv', reviews(60, 2)],
  ['data/customers.csv', customers(180)],
  ['data/tickets.jsonl', tickets(40)],
]);
