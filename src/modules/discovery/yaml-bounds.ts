/**
 * Whether a YAML text is of a form that can be parsed in time. Looked at in the tokens of the library's own lexer, which is linear in the
 * text, while its parser is not in how values lie within one another: two hundred kilobytes can take half a minute.
 */
import { CST, Lexer } from 'yaml';

/** Levels: flow brackets, columns of indentation (two each), and what begins a value within a value on the same line. */
const deepest = 60;
/** Tags and anchors before one value. YAML knows one of each. */
const mostProperties = 4;
const mostDocuments = 200;
/** Each alias looks for its anchor among all values before it. */
const mostAliasSteps = 10_000_000;
const mostDirectives = 20;
/** Values of one text: beyond it the parser takes seconds, whatever their form. */
const mostTokens = 200_000;

/** Begins a value within a value where it stands. */
const opening = new Set<CST.TokenType | null>(['seq-item-ind', 'explicit-key-ind', 'map-value-ind']);
const brackets = new Map<CST.TokenType | null, number>([
  ['flow-map-start', 1],
  ['flow-seq-start', 1],
  ['flow-map-end', -1],
  ['flow-seq-end', -1],
]);
const properties = new Set<CST.TokenType | null>(['tag', 'anchor']);
const blank = new Set<CST.TokenType | null>(['space', 'newline', 'comment']);

/** Pure; O(length). @param text at most some hundred kilobytes. */
export function isParseableYaml(text: string): boolean {
  let tokens = 0;
  let isText = false;
  let flow = 0;
  let onLine = 0;
  let inRow = 0;
  let documents = 1;
  let aliases = 0;
  let directives = 0;
  for (const source of new Lexer().lex(text)) {
    tokens += 1;
    // The token after the mark of a scalar is its text, which may look like anything.
    const type: CST.TokenType | null = isText ? null : CST.tokenType(source);
    isText = type === 'scalar';
    flow = Math.max(0, flow + (brackets.get(type) ?? 0));
    if (type === 'newline' || type === 'comma') onLine = 0;
    else if (opening.has(type)) onLine += 1;
    // Indentation is the space a line begins with: two columns are a level at most.
    else if (type === 'space' && onLine === 0) onLine = Math.floor(source.length / 2);
    inRow = properties.has(type) ? inRow + 1 : blank.has(type) ? inRow : 0;
    documents += Number(type === 'doc-start');
    aliases += Number(type === 'alias');
    directives += Number(type === 'directive-line');
    if (flow > deepest || onLine > deepest || inRow > mostProperties) return false;
    if (documents > mostDocuments || directives > mostDirectives || tokens > mostTokens) return false;
  }
  return aliases * tokens <= mostAliasSteps;
}
