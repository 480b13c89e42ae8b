/** Reads a server-sent event stream from chunks of text. Unlike EventSource it hands over every event name, and the caller sees refusals. */

export type StreamFrame = {
  readonly event: string;
  readonly data: string /** The last id seen, also of earlier frames. */;
  readonly id: string | null;
};

/** A frame longer than this is dropped: a broken or hostile sender must not fill the memory. */
const longestFrame = 1_048_576;

/** @source WHATWG HTML, "Server-sent events", interpreting an event stream. `retry` and comments are ignored. */
export function createFrameReader(): (chunk: string) => StreamFrame[] {
  let rest = '';
  let id: string | null = null;
  let event = '';
  let data: string[] = [];
  let size = 0;

  const takeLine = (line: string): StreamFrame | null => {
    if (line === '') {
      const frame = data.length > 0 && size <= longestFrame ? { event: event === '' ? 'message' : event, data: data.join('\n'), id } : null;
      event = '';
      data = [];
      size = 0;
      return frame;
    }
    const [field, value] = splitField(line);
    if (field === 'event') event = value;
    if (field === 'id' && !value.includes('\0')) id = value;
    if (field !== 'data') return null;
    size += value.length;
    if (size <= longestFrame) data.push(value);
    return null;
  };

  return (chunk) => {
    rest += chunk;
    // A lone CR at the end may be half of CRLF: it waits for the next chunk.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = (lines.pop() ?? '').slice(-longestFrame);
    return lines.map(takeLine).filter((frame) => frame !== null);
  };
}

function splitField(line: string): [field: string, value: string] {
  const colon = line.indexOf(':');
  if (colon === -1) return [line, ''];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value];
}
