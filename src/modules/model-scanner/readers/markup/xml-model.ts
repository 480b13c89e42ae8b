/** Models written as XML: PMML, OpenVINO topologies and kernel lists; and any XML in UTF-16, which no text reader takes. */
import { type Draft, defineReader, draftArtefact, guarded, MalformedBytes } from '../../engine/reader.ts';
import { addDoctype } from './doctype-facts.ts';
import { openvinoEvents } from './openvino.ts';
import { pmmlEvents } from './pmml.ts';
import { readXml, type XmlEvents, xmlEncoding } from './xml-stream.ts';

type Kind = {
  readonly format: string;
  readonly role: Draft['role'];
  readonly root: RegExp;
  readonly events: ((draft: Draft) => XmlEvents & { finish(): void }) | null;
};

const kinds: readonly Kind[] = [
  { format: 'pmml', role: 'model', root: /^(?:\w{1,40}:)?PMML$/, events: pmmlEvents },
  { format: 'openvino-xml', role: 'model', root: /^net$/, events: openvinoEvents },
  { format: 'openvino-kernels', role: 'config', root: /^CustomLayers?$/, events: openvinoEvents },
];
const headBytes = 64 * 1024;

export default defineReader({
  format: 'xml-model',
  plausible: ({ head, isText }) => startsXml(head, isText),
  read: (source, where, tools) => {
    const head = source.read(0, headBytes);
    const encoding = xmlEncoding(head);
    const root = rootName(new TextDecoder(encoding).decode(head));
    const kind = kinds.find(({ root: fits }) => root !== null && fits.test(root));
    // Whatever can be read as text has readers that look for more than entities.
    if (!kind && isUtf8(head)) return null;
    const draft = draftArtefact(kind?.format ?? 'xml', where, source.size);
    draft.role = kind?.role ?? null;
    const events = kind?.events?.(draft);
    guarded(draft, () => {
      try {
        readXml(source, where, {
          budget: tools.budget,
          events: {
            ...events,
            doctype: (text, place) => addDoctype(text, place(), { draft, strict: kind !== undefined }),
          },
        });
      } catch (error) {
        // Pages and feeds that are no XML after all are nobody's model.
        if (kind || !(error instanceof MalformedBytes)) throw error;
      } finally {
        events?.finish();
      }
    });
    return draft;
  },
});

function startsXml(head: Uint8Array, isText: boolean): boolean {
  if (!isText && /^utf-16/.test(xmlEncoding(head))) return startsUtf16(head);
  let at = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  while (head[at] === 32 || head[at] === 9 || head[at] === 10 || head[at] === 13) at += 1;
  const next = head[at + 1] ?? 0;
  return head[at] === 0x3c && (next === 0x3f || next === 0x21 || (next >= 0x41 && next <= 0x7a));
}

/** The marks alone are found in front of many things. */
function startsUtf16(head: Uint8Array): boolean {
  return /^[\ufeff\s]{0,20}<[?!A-Za-z]/.test(new TextDecoder(xmlEncoding(head)).decode(head.subarray(0, 100)));
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

function isUtf8(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  try {
    strictUtf8.decode(head.subarray(0, 4096), { stream: true });
    return true;
  } catch {
    return false;
  } finally {
    dropPartial();
  }
}

/** A decoder in stream mode keeps a cut character: drop it before the next file. */
function dropPartial(): void {
  try {
    strictUtf8.decode();
  } catch {
    // The held-back partial character is what is being dropped.
  }
}

/** The first element's name, behind declaration, comments and DOCTYPE; null when none stands in the head. Linear. */
export function rootName(text: string): string | null {
  let at = 0;
  for (let count = 0; count < 1000; count++) {
    const open = text.indexOf('<', at);
    if (open < 0) return null;
    if (text.startsWith('<!--', open)) at = endOf(text, '-->', open);
    else if (text.startsWith('<?', open)) at = endOf(text, '?>', open);
    else if (text.startsWith('<!', open)) at = doctypeEnd(text, open);
    else return /^<([A-Za-z_][\w.:-]{0,200})/.exec(text.slice(open, open + 210))?.[1] ?? null;
    if (at < 0) return null;
  }
  return null;
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end < 0 ? -1 : end + mark.length;
}

/** A DOCTYPE may hold declarations in brackets. */
function doctypeEnd(text: string, from: number): number {
  let inside = false;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '[') inside = true;
    else if (text[at] === ']') inside = false;
    else if (text[at] === '>' && !inside) return at + 1;
  }
  return -1;
}
