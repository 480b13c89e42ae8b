/** Expressions of GitHub workflows: which of them hand text of strangers on. */

export type Expression = {
  readonly text: string /** Character offset of `${{`. */;
  readonly at: number /** From `${{` to `}}`. */;
  readonly written: string;
};

const longest = 2000;

/** `${{ … }}` in a text, in order; 200 at most. */
export function expressionsIn(text: string): Expression[] {
  const found: Expression[] = [];
  for (let at = text.indexOf('${{'); at >= 0 && found.length < 200; at = text.indexOf('${{', at + 3)) {
    const end = text.indexOf('}}', at);
    if (end < 0) break;
    if (end - at > longest) continue;
    found.push({ text: text.slice(at + 3, end), at, written: text.slice(at, end + 2) });
  }
  return found;
}

/**
 * Values that whoever opens an issue, a pull request or a comment writes. Numbers, states and hashes are left out.
 * @source GitHub documentation, "Understanding the risk of script injections"; GitHub Security Lab, "Untrusted input".
 */
const strangers =
  /github\.head_ref\b|github\.event\.(?:issue|discussion|pull_request)\.(?:title|body)\b|github\.event\.(?:comment|review|review_comment)\.body\b|github\.event\.pull_request\.head\.(?:ref|label)\b|github\.event\.pull_request\.head\.repo\.(?:default_branch|description|homepage)\b|github\.event\.(?:head_commit|commits(?:\[[^\]]{1,10}\]|\.\*)|workflow_run\.head_commit)\.(?:message|author\.(?:email|name))\b|github\.event\.workflow_run\.(?:head_branch|display_title|head_repository\.description)\b|github\.event\.pages(?:\[[^\]]{1,10}\]|\.\*)\.page_name\b|toJSON\(\s*github(?:\.event(?:\.(?:issue|comment|pull_request|head_commit|commits|discussion|review))?)?\s*\)/i;

/** Values that people with a right to start the workflow write, and lists of file names of a change. */
const insiders =
  /github\.event\.inputs\.[\w-]+|(?<![\w.])inputs\.[\w-]+|github\.event\.client_payload\.[\w.-]+|steps\.[\w-]*(?:changed|files|diff)[\w-]*\.outputs\.(?:all_changed_files|all|files|added_files|modified_files|all_modified_files|added|modified)\b/i;

export type Source = 'stranger' | 'insider' | null;

/** @param tainted names of `env` values that hold text of strangers. */
export function sourceOf(expression: string, tainted: ReadonlySet<string> = new Set()): Source {
  const handedOn = withoutVerdicts(withDots(expression));
  if (strangers.test(handedOn)) return 'stranger';
  for (const [, name = ''] of handedOn.matchAll(/\benv\.(\w+)/g)) if (tainted.has(name)) return 'stranger';
  return insiders.test(handedOn) ? 'insider' : null;
}

/** `github['event']['issue'].title` is `github.event.issue.title`. */
function withDots(expression: string): string {
  return expression.replace(/\[\s{0,20}'([A-Za-z_][\w-]{0,100})'\s{0,20}\]/g, '.$1');
}

/** What is compared or looked for ends as true or false: only what the expression hands on counts. */
function withoutVerdicts(expression: string): string {
  let text = expression.replace(/'(?:[^']|'')*'/g, "''");
  for (let round = 0; round < 5; round++)
    text = text.replace(/\b(?:contains|startsWith|endsWith|hashFiles|success|failure|always|cancelled)\s*\([^()]*\)/gi, 'true');
  return text
    .split(/&&|\|\|/)
    .map((operand) => (/[=!]=|[<>]/.test(operand) ? 'true' : operand))
    .join(' || ');
}

/** Names of environment values that are set from text of strangers. */
export function taintedNames(environment: ReadonlyMap<string, string>): Set<string> {
  const names = [...environment].filter(([, value]) => expressionsIn(value).some(({ text }) => sourceOf(text) === 'stranger'));
  return new Set(names.map(([name]) => name));
}
