/** Whether a text is Python: by its name, or by its first lines. Light: asked of every text file. */
const otherLanguages =
  /\.(md|rst|txt|html?|xml|svg|css|[cm]?[jt]sx?|json|ya?ml|toml|ini|cfg|csv|tsv|c|cc|cpp|h|hpp|go|rs|java|kt|rb|sh|pl|lua|jinja2?|j2|tmpl|ipynb|proto|sql|tex|patch|diff|log)$|^(dockerfile|makefile|readme|licen[cs]e)/;
const interpreterLine = /^#!.{0,80}\bpython/;
const importLine =
  /^(import [A-Za-z_][\w.]{0,80}( as \w{1,60})?(, ?[A-Za-z_][\w.]{0,80})*|from [\w.]{1,120} import [\w(*, ]{1,200})\s*(#.*)?$/;

export const pythonName = /\.(py|pyw|pth)$/;

/** By its name, or by its first lines when the name tells nothing. */
export function isPython(name: string, text: string): boolean {
  if (pythonName.test(name)) return true;
  if (otherLanguages.test(name)) return false;
  const head = text.slice(0, 4096);
  if (interpreterLine.test(head)) return true;
  return head.split('\n').some((line) => importLine.test(line.trimEnd()));
}
