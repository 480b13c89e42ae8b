/**
 * Chat completions as OpenAI's API has them, for models that classify records: the user's one message is JSON with the numbers in it, the
 * answer is a label or JSON with one. What is not numbers cannot be screened.
 */
import type { Form } from './form.ts';
import { fieldOf, follow, optionalFieldOf, pointerSteps } from './pointer.ts';
import { answerFault, inputFault, jsonIn, predictionOf, rowsAt } from './read-values.ts';

const mostTokens = 4096;
const likelihood = 'logprobs';

export const openai: Form = {
  id: 'openai',
  check({ features, prediction, confidence }) {
    const pointers = [...features, prediction, ...(confidence === likelihood ? [] : [confidence])];
    const wrong = pointers.find((pointer) => pointerSteps(pointer) === null);
    return wrong === undefined ? null : `${wrong} is not a JSON pointer`;
  },
  readInput(body, { features, confidence }) {
    const option = (name: string) => optionalFieldOf(body, name, inputFault);
    if (![undefined, null, false].includes(option('stream') as boolean)) throw inputFault('a streamed answer leaves before it is screened');
    if (![undefined, null, 1].includes(option('n') as number)) throw inputFault('several answers at once cannot be screened');
    if (confidence === likelihood && option('logprobs') !== true) throw inputFault('logprobs must be true');
    const rows = rowsAt(jsonIn(userText(fieldOf(body, 'messages', inputFault)), inputFault), features);
    if (rows.length !== 1) throw inputFault('a message holds one input');
    return rows;
  },
  readAnswer(body, mapping) {
    const choices = fieldOf(body, 'choices', answerFault);
    if (!Array.isArray(choices) || choices.length !== 1) throw answerFault('there is not one choice');
    const text = fieldOf(fieldOf(choices[0], 'message', answerFault), 'content', answerFault);
    if (typeof text !== 'string') throw answerFault('the answer is no text');
    const { prediction, confidence } = mapping;
    const isJson = prediction !== '' || !['', likelihood].includes(confidence);
    const inside = isJson ? jsonIn(text, answerFault) : null;
    const label = prediction === '' ? text.trim() : follow(inside, prediction, answerFault);
    return [predictionOf(label, confidenceOf(choices[0], inside, confidence), mapping)];
  },
};

function userText(messages: unknown): string {
  if (!Array.isArray(messages)) throw inputFault('the messages are not a list');
  const users = messages.filter((message) => fieldOf(message, 'role', inputFault) === 'user');
  if (users.length !== 1) throw inputFault('there is not one message of the user');
  const content = fieldOf(users[0], 'content', inputFault);
  if (typeof content === 'string') return content;
  if (!Array.isArray(content) || content.length !== 1 || fieldOf(content[0], 'type', inputFault) !== 'text')
    throw inputFault('the message of the user is not one text');
  const text = fieldOf(content[0], 'text', inputFault);
  if (typeof text !== 'string') throw inputFault('the message of the user is not one text');
  return text;
}

/** With logprobs: how likely the model found its whole answer. */
function confidenceOf(choice: unknown, inside: unknown, place: string): unknown {
  if (place === '') return undefined;
  if (place !== likelihood) return follow(inside, place, answerFault);
  const tokens = fieldOf(fieldOf(choice, 'logprobs', answerFault), 'content', answerFault);
  if (!Array.isArray(tokens) || tokens.length === 0 || tokens.length > mostTokens) throw answerFault('there are no token likelihoods');
  const sum = tokens.reduce<number>((total, token) => total + Number(fieldOf(token, 'logprob', answerFault)), 0);
  return Math.min(1, Math.exp(sum));
}
