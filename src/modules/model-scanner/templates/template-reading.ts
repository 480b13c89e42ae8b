/** What a chat template reaches for beyond messages: its tree is walked, its constants computed, nothing is rendered. */
import type { Effect } from '../../../contract/finding.ts';
import { type Constant, fold } from './jinja-fold.ts';
import { parseJinja } from './jinja-parser.ts';
import type { JinjaArgument, JinjaExpression, JinjaStatement } from './jinja-tree.ts';
import { mayHoldPiece, namesWithPieces } from './name-pieces.ts';
import { blockFilter, blockName, byAttribute, doorways, fields, formatField, harmful, harmfulFunctions, ladder } from './python-words.ts';
import { asksTheDate, isProse, waitedFor } from './template-conditions.ts';

export type TemplateDanger = {
  /** In words, to follow `The template …`. */
  readonly what: string;
  readonly excerpt: string;
  readonly effect: Effect;
  /** proved: a way to Python's own objects that ends in a call. */
  readonly certainty: 'proved' | 'possible';
  readonly at: number;
};
/** Text that is only there when the conversation holds certain words, or on certain days. */
export type TemplateCondition = { readonly what: string; readonly excerpt: string; readonly at: number };
export type TemplateReading = {
  readonly dangers: readonly TemplateDanger[];
  readonly conditions: readonly TemplateCondition[];
  readonly cut: boolean;
};

const mostFindings = 20;
const longestTemplate = 4 * 2 ** 20;

/** @param template as stored; prose and comments in it are never judged. Never throws; linear in its length. */
export function readTemplate(template: string): TemplateReading {
  const { statements, cut } = parseJinja(template.slice(0, longestTemplate));
  const walk = new TemplateWalk(template, namesWithPieces(statements));
  for (const statement of statements) walk.statement(statement);
  return { dangers: walk.dangers, conditions: walk.conditions, cut: cut || template.length > longestTemplate };
}

/** Turns and letters beyond which a template is no template. */
const mostTurns = 1_000_000;

type Taint = {
  readonly hidden: boolean;
  readonly content: boolean /** Found under a name that only the conversation, or the template’s own work, tells. */;
  readonly lookedUp?: boolean;
};
/** Text between `{% set x | trim %}` and `{% endset %}`: whose value it is. */
type BlockText = { readonly key: string; readonly filters: JinjaExpression | null };
type OpenBlock = { readonly turns: number; readonly condition: TemplateCondition | null; spoken: boolean; readonly text?: BlockText };
const plain: Taint = { hidden: false, content: false };

class TemplateWalk {
  readonly dangers: TemplateDanger[] = [];
  readonly conditions: TemplateCondition[] = [];
  readonly #template: string;
  readonly #constants = new Map<string, Constant>();
  readonly #taints = new Map<string, Taint>();
  readonly #macros = new Set<string>();
  /** Open blocks: turns of loops, and the words a condition waits for. */
  readonly #open: OpenBlock[] = [];

  /** Variables that may hold a piece of the name of a Python attribute. */
  readonly #pieces: ReadonlySet<string>;

  constructor(template: string, pieces: ReadonlySet<string>) {
    this.#template = template;
    this.#pieces = pieces;
  }

  statement(statement: JinjaStatement): void {
    switch (statement.kind) {
      case 'text':
        if (/[\p{L}]{3}/u.test(statement.text)) this.#speaks();
        this.#write(statement.text);
        return;
      case 'output':
        this.#walk(statement.value);
        this.#speaksIn(statement.value);
        this.#write(fold(statement.value, this.#constants));
        return;
      case 'set':
        this.#setStatement(statement);
        return;
      case 'for':
        this.#for(statement);
        return;
      case 'if':
      case 'elif':
        this.#walk(statement.test);
        if (statement.kind === 'elif') this.#open.pop();
        this.#open.push({ turns: 1, condition: this.#conditionOf(statement.test), spoken: false });
        return;
      case 'else':
        if (this.#open.length > 0) this.#open.push({ turns: this.#open.pop()?.turns ?? 1, condition: null, spoken: false });
        return;
      case 'end':
        this.#endBlock(this.#open.pop()?.text);
        return;
      case 'macro':
        this.#macros.add(statement.name);
        for (const value of statement.defaults) this.#walk(value);
        this.#open.push({ turns: 1, condition: null, spoken: false });
        return;
      case 'load':
        this.#walk(statement.value);
        this.#danger({
          what: `uses the statement ${statement.word}, which reads another file`,
          effect: 'fs-read',
          certainty: 'possible',
          at: statement.at,
        });
        return;
      case 'with':
        for (const { names, value } of statement.bindings) this.#set(names, value);
        this.#open.push({ turns: 1, condition: null, spoken: false });
        return;
      default:
        for (const value of statement.values) this.#walk(statement.word === 'filter' ? blockFilter(value) : value);
        if (statement.opens) this.#open.push({ turns: 1, condition: null, spoken: false });
    }
  }

  #setStatement({ names, value, filters }: JinjaStatement & { kind: 'set' }): void {
    if (filters) this.#walk(filters);
    this.#set(names, value);
    if (value !== null) return;
    this.#open.push({ turns: 1, condition: null, spoken: false, text: { key: names.join('.'), filters } });
    this.#block = '';
  }
  /** Text of the innermost `set` block; undefined when one of its parts, or how often it is written, is not known. */
  #block: string | undefined;
  #write(value: Constant | undefined): void {
    const simple = this.#open.at(-1)?.text !== undefined && (typeof value === 'string' || typeof value === 'number');
    this.#block = simple && this.#block !== undefined && this.#block.length < 10_000 ? `${this.#block}${value}` : undefined;
  }
  #endBlock(text: BlockText | undefined): void {
    if (text && this.#block !== undefined && text.filters) {
      const known = fold(text.filters, new Map([...this.#constants, [blockName, this.#block]]));
      if (known !== undefined && this.#constants.size < 5000) this.#constants.set(text.key, known);
    }
    this.#block = undefined;
  }

  #danger(danger: Omit<TemplateDanger, 'excerpt'>): void {
    if (this.dangers.length < mostFindings) this.dangers.push({ ...danger, excerpt: this.#excerpt(danger.at) });
  }
  #excerpt(at: number): string {
    return this.#template.slice(Math.max(0, at - 40), at + 100);
  }

  #set(names: readonly string[], value: JinjaExpression | null): void {
    const taint = value ? this.#walk(value) : plain;
    const known = value ? fold(value, this.#constants) : undefined;
    const key = names.join('.');
    if (known !== undefined && this.#constants.size < 5000) this.#constants.set(key, known);
    else this.#constants.delete(key);
    for (const name of names) this.#taint(name, taint);
    if (value?.kind === 'call' && value.callee.kind === 'name' && value.callee.name === 'namespace')
      for (const argument of value.args) if (argument.name !== null) this.#keep(`${key}.${argument.name}`, argument);
  }
  #keep(key: string, { value }: JinjaArgument): void {
    const known = fold(value, this.#constants);
    if (known !== undefined) this.#constants.set(key, known);
  }
  #taint(name: string, taint: Taint): void {
    const earlier = this.#taints.get(name) ?? plain;
    const lookedUp = earlier.lookedUp === true || taint.lookedUp === true;
    this.#taints.set(name, { hidden: earlier.hidden || taint.hidden, content: earlier.content || taint.content, lookedUp });
  }

  #for({ names, iterable, condition, at }: JinjaStatement & { kind: 'for' }): void {
    const taint = this.#walk(iterable);
    // Parts of a content have a type first; their text is speech again.
    for (const name of names) this.#taint(name, { ...taint, content: false });
    if (condition) this.#walk(condition);
    const outer = this.#open.reduce((product, { turns }) => Math.min(product * turns, Number.MAX_SAFE_INTEGER), 1);
    const turns = this.#turnsOf(iterable);
    if (turns > 1 && turns * outer > mostTurns)
      this.#danger({ what: `repeats itself ${Math.round(turns * outer)} times`, effect: 'dos', certainty: 'possible', at: at });
    this.#open.push({ turns: Math.max(1, turns), condition: null, spoken: false });
  }
  /** How often a loop over a constant range turns; 1 for what depends on the conversation. */
  #turnsOf(iterable: JinjaExpression): number {
    if (iterable.kind === 'filter') return this.#turnsOf(iterable.of);
    if (iterable.kind === 'call' && iterable.callee.kind === 'name' && iterable.callee.name === 'range') {
      const bounds = iterable.args.map(({ value }) => fold(value, this.#constants));
      if (!bounds.every((bound) => typeof bound === 'number')) return 1;
      const [from = 0, to = 0, step = 1] = bounds.length === 1 ? [0, Number(bounds[0])] : bounds.map(Number);
      return step === 0 ? 1 : Math.max(1, Math.abs((to - from) / step));
    }
    const known = fold(iterable, this.#constants);
    return typeof known === 'string' || Array.isArray(known) ? Math.max(1, known.length) : 1;
  }

  /** Walks an expression for dangers. Recursion is bounded by the parser's depth and by the length of its chains. */
  #walk(expression: JinjaExpression): Taint {
    switch (expression.kind) {
      case 'name':
        return this.#taints.get(expression.name) ?? plain;
      case 'attribute':
        return this.#reach(expression.of, expression.name, expression.at);
      case 'index':
        return this.#index(expression);
      case 'call':
        return this.#call(expression);
      case 'filter':
        return this.#filter(expression);
      case 'test':
        return this.#both([expression.of, ...expression.args.map(({ value }) => value)]);
      case 'list':
        return this.#both(expression.items);
      case 'dict':
        return this.#both(expression.entries.flatMap(({ key, value }) => [key, value]));
      case 'chain':
        return this.#chain(expression);
      case 'not':
        return this.#walk(expression.operand);
      case 'conditional':
        return this.#both([expression.test, expression.then, ...(expression.other ? [expression.other] : [])]);
      case 'slice':
        return this.#both(expression.bounds.filter((bound) => bound !== null));
      default:
        return plain;
    }
  }
  #both(parts: readonly JinjaExpression[]): Taint {
    const taints = parts.map((part) => this.#walk(part));
    return { hidden: taints.some(({ hidden }) => hidden), content: taints.some(({ content }) => content) };
  }

  /** `of.name`, `of['name']`, `of|attr('name')`. */
  #reach(of: JinjaExpression, name: string, at: number): Taint {
    return this.#reached({ of, taint: this.#walk(of) }, name, at);
  }
  /** The same of what was walked already: whoever walks a part twice walks the parts of its parts four times. */
  #reached({ of, taint }: { readonly of: JinjaExpression; readonly taint: Taint }, name: string, at: number): Taint {
    // What else a message holds is no speech: its role, its type, its tools.
    const content = (name === 'content' || name === 'text') && of.kind !== 'constant' ? true : taint.content && !fields.has(name);
    if (ladder.has(name) || /^__\w+/.test(name)) {
      this.#danger({ what: `reaches the Python attribute ${name.slice(0, 60)}`, effect: 'exec', certainty: 'possible', at: at });
      return { hidden: true, content };
    }
    const door = of.kind === 'name' && doorways.has(of.name) && !this.#taints.has(of.name) ? of.name : null;
    if (door !== null) this.#danger({ what: `reaches into ${door}`, effect: 'exec', certainty: 'possible', at: at });
    else if (harmful.has(name) && !content) this.#danger({ what: `reaches ${name}`, effect: 'exec', certainty: 'possible', at: at });
    return { hidden: taint.hidden || door !== null, content };
  }

  #index({ of, index, at }: JinjaExpression & { kind: 'index' }): Taint {
    const known = fold(index, this.#constants);
    if (typeof known === 'string') {
      this.#walk(index);
      // A variable may have been something else when it is read: a loop comes back to it.
      const other = index.kind !== 'constant' && !/^_|^mro$/.test(known) && mayHoldPiece(index, this.#pieces);
      if (other) this.#danger({ what: 'puts the name of a Python attribute together', effect: 'exec', certainty: 'possible', at: at });
      return this.#reach(of, known, at);
    }
    const taint = this.#walk(of);
    this.#walk(index);
    // A place of a literal, by a name put together at run time.
    if (of.kind === 'constant' && typeof of.value === 'string' && index.kind !== 'slice' && known === undefined && index.kind !== 'name')
      this.#danger({ what: 'looks up an attribute of a literal by computed name', effect: 'exec', certainty: 'possible', at: at });
    if (index.kind === 'slice' || typeof known === 'number') return taint;
    if (!mayHoldPiece(index, this.#pieces)) return { ...taint, lookedUp: true };
    this.#danger({ what: 'puts the name of a Python attribute together', effect: 'exec', certainty: 'possible', at: at });
    return { ...taint, hidden: true, lookedUp: true };
  }

  #call({ callee, args, at }: JinjaExpression & { kind: 'call' }): Taint {
    const taint = this.#walk(callee);
    const given = this.#both(args.map(({ value }) => value));
    const name = callee.kind === 'name' ? callee.name : '';
    if (taint.hidden && this.#leadsToPython(callee))
      this.#danger({ what: 'calls what it reached through Python’s own attributes', effect: 'exec', certainty: 'proved', at: at });
    else if (taint.lookedUp === true && (callee.kind === 'index' || callee.kind === 'name') && !this.#macros.has(name))
      this.#danger({ what: 'calls what it looked up under a computed name', effect: 'exec', certainty: 'possible', at: at });
    else if (harmfulFunctions.has(name) && !this.#macros.has(name) && !this.#taints.has(name))
      this.#danger({ what: `calls ${name}`, effect: 'exec', certainty: 'possible', at: at });
    if (callee.kind === 'attribute' && (callee.name === 'format' || callee.name === 'format_map')) this.#format(callee.of, at);
    if (name === 'dict' || name === 'namespace') return plain;
    return { hidden: taint.hidden, content: taint.content || given.content };
  }
  /** `'{0.__class__}'.format(x)` reads attributes without ever calling one. */
  #format(text: JinjaExpression, at: number): void {
    const known = fold(text, this.#constants);
    const reaches = typeof known === 'string' ? formatField.test(known) : mayHoldPiece(text, this.#pieces);
    if (reaches) this.#danger({ what: 'reads Python’s own attributes by a format', effect: 'exec', certainty: 'possible', at: at });
  }
  /** A ladder attribute, or a variable that holds one, stands before the call. */
  #leadsToPython(callee: JinjaExpression): boolean {
    let part: JinjaExpression = callee;
    for (let links = 0; links < 700; links += 1) {
      if (part.kind === 'name') return this.#taints.get(part.name)?.hidden === true;
      if (part.kind === 'attribute') {
        if (ladder.has(part.name)) return true;
        part = part.of;
      } else if (part.kind === 'index') {
        const key = fold(part.index, this.#constants);
        if (typeof key === 'string' && ladder.has(key)) return true;
        part = part.of;
      } else if (part.kind === 'filter') {
        const key = part.name === 'attr' && part.args[0] ? fold(part.args[0].value, this.#constants) : undefined;
        if (typeof key === 'string' && ladder.has(key)) return true;
        part = part.of;
      } else if (part.kind === 'call') part = part.callee;
      else return false;
    }
    return false;
  }

  #filter({ of, name, args, at }: JinjaExpression & { kind: 'filter' }): Taint {
    const [first] = args;
    if (name === 'attr' && first) {
      const key = fold(first.value, this.#constants);
      this.#walk(first.value);
      if (typeof key === 'string') return this.#reach(of, key, at);
      this.#danger({ what: 'looks up an attribute by computed name', effect: 'exec', certainty: 'possible', at: at });
      return { ...this.#walk(of), hidden: true };
    }
    const taint = this.#walk(of);
    if (byAttribute.has(name)) this.#filterAttribute({ of, taint }, args, at);
    const given = this.#both(args.map(({ value }) => value));
    return { hidden: taint.hidden, content: taint.content || given.content };
  }
  #filterAttribute(walked: { readonly of: JinjaExpression; readonly taint: Taint }, args: readonly JinjaArgument[], at: number): void {
    for (const { name, value } of args) {
      if (name !== 'attribute' && name !== null) continue;
      const key = fold(value, this.#constants);
      if (typeof key === 'string')
        for (const hop of key.split('.').slice(0, 20)) if (ladder.has(hop) || /^__\w+/.test(hop)) this.#reached(walked, hop, at);
      if (key === undefined && mayHoldPiece(value, this.#pieces))
        this.#danger({ what: 'puts the name of a Python attribute together', effect: 'exec', certainty: 'possible', at: at });
    }
  }

  #chain({ first, rest, at }: JinjaExpression & { kind: 'chain' }): Taint {
    const taint = this.#both([first, ...rest.map(({ operand }) => operand)]);
    const [only] = rest;
    if (only?.sign !== '*' && only?.sign !== '**') return taint;
    const factors = [first, ...rest.map(({ operand }) => operand)].map((part) => fold(part, this.#constants));
    const numbers = factors.filter((factor) => typeof factor === 'number');
    const product = only.sign === '**' ? (numbers[0] ?? 1) ** (numbers[1] ?? 1) : numbers.reduce((all, one) => all * one, 1);
    if (product > mostTurns * 100 || (factors.some((factor) => typeof factor === 'string' || Array.isArray(factor)) && product > mostTurns))
      this.#danger({ what: 'multiplies itself beyond any conversation', effect: 'dos', certainty: 'possible', at: at });
    return taint;
  }

  /** A test that waits for words of the conversation, or for a day. Marks of the format and empty texts are what templates ask for. */
  #conditionOf(test: JinjaExpression): TemplateCondition | null {
    const words = waitedFor(test, 0).find(({ text, about }) => isProse(text) && this.#isContent(about));
    if (words)
      return {
        what: `only when the conversation holds ${JSON.stringify(words.text.slice(0, 60))}`,
        excerpt: this.#excerpt(test.at),
        at: test.at,
      };
    if (asksTheDate(test, 0)) return { what: 'only on certain days', excerpt: this.#excerpt(test.at), at: test.at };
    return null;
  }
  #isContent(expression: JinjaExpression): boolean {
    return this.#walk(expression).content;
  }
  #speaksIn(value: JinjaExpression): void {
    const known = fold(value, this.#constants);
    const parts =
      value.kind === 'chain'
        ? [value.first, ...value.rest.map(({ operand }) => operand)].map((part) => fold(part, this.#constants))
        : [known];
    if (parts.some((part) => typeof part === 'string' && /\p{L}{3}.*\s.*\p{L}{2}/su.test(part))) this.#speaks();
  }
  /** Words of the template's own under a condition. */
  #speaks(): void {
    for (const block of this.#open) {
      if (block.condition === null || block.spoken) continue;
      block.spoken = true;
      if (this.conditions.length < mostFindings) this.conditions.push(block.condition);
    }
  }
}
