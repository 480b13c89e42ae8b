/** The report for people as one page: no script, nothing from elsewhere, for screen, phone and paper. */
import type { ScanFinding, ScannedFile, ScanResult } from '../contract.ts';
import { severityOrder, verdictOrder } from '../engine/verdict.ts';
import { gatedScan, type JudgedScan } from './gate.ts';
import { type FindingMarks, findingArticle } from './html-finding.ts';
import type { HtmlInput } from './html-input.ts';
import { chip, counted, html, type Markup, sentenceCase, shape, shapeLibrary, sizeWords, verdictShapes } from './html-parts.ts';
import { htmlSections } from './html-sections.ts';
import { htmlStyle } from './html-style.ts';

/** A page stays readable and below a megabyte: findings beyond these are counted, and stand in the JSON report. */
const mostFindings = 300;
const mostListedFiles = 500;

/** @returns a whole HTML document. Same input, same page. Names and evidence of the attacker are inert text in it. */
export function htmlReport(input: HtmlInput): string {
  const { judged, name } = input;
  const groups = fileGroups(judged.result);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}: ${judged.result.verdict}</title>
<style>${{ markup: htmlStyle }}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
${shapeLibrary}
${head(input)}
<div class="columns">
${fileList(judged.result, groups)}
<main id="findings">
${findingSections(groups, judged)}
${htmlSections(input)}
</main>
</div>
</body>
</html>
`;
  return page.markup;
}

function head({ judged, name }: HtmlInput): Markup {
  const { result } = judged;
  const unread = new Set(result.unread.map(({ path }) => path)).size;
  const size = result.files.reduce((sum, file) => sum + file.size, 0);
  const counts = severityOrder.filter((severity) => result.counts[severity] > 0);
  return html`<header class="top">
<p class="kind"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M7 2H3.6A1.6 1.6 0 0 0 2 3.6v12.8A1.6 1.6 0 0 0 3.6 18H7M13 2h3.4A1.6 1.6 0 0 1 18 3.6v12.8a1.6 1.6 0 0 1-1.6 1.6H13" fill="none" stroke="currentColor" stroke-width="2.2"/><circle cx="10" cy="10" r="2.6" fill="currentColor"/></svg>AI-SPM model scan</p>
<h1>${name}</h1>
<div class="facts">${chip(verdictShapes[result.verdict], sentenceCase(result.verdict))}<span>${result.filesRead.toLocaleString('en-US')} of ${counted(result.filesTotal, 'file')} read to the end</span>${unread > 0 ? html`<span>${counted(unread, 'file')} with parts not read</span>` : null}<span>${counted(result.files.length, 'AI artefact')}, ${sizeWords(size)}</span></div>
<p class="lead">${leadSentence(judged)}</p>
${counts.length === 0 ? null : html`<div class="counts">${counts.map((severity) => chip(severity, `${result.counts[severity]} ${severity}`))}</div>`}
</header>`;
}

const meanings: Readonly<Record<ScanResult['verdict'], string>> = {
  malicious: 'Loading this runs an effect outside the artefact; that is proved from its bytes.',
  suspicious:
    'An effect is possible or cannot be told, or programs would disagree about the bytes. Do not load it before somebody has looked.',
  incomplete: 'Nothing harmful was found, and not everything could be read: what is unread may hold anything.',
  risky: 'No harmful effect was found. Something here is a decision that somebody must make.',
  clean: 'Everything was read, and nothing of medium severity or worse was found.',
  unsupported: 'No reader knows this format: nothing can be said about it.',
};

function leadSentence(judged: JudgedScan): string {
  const gate = gatedScan(judged).verdict;
  const { verdict } = judged.result;
  return gate === verdict ? meanings[verdict] : `${meanings[verdict]} Without what is suppressed or was known before, it is ${gate}.`;
}

type Group = { readonly file: ScannedFile | null; readonly path: string; readonly findings: readonly ScanFinding[] };

/** Files with more than notes, worst verdict first, then by path. */
function fileGroups({ files, findings }: ScanResult): Group[] {
  const byPath = new Map<string, ScanFinding[]>();
  const loud = new Set(findings.filter(({ severity }) => severity !== 'informational').map(({ path }) => path));
  for (const finding of findings) {
    const known = byPath.get(finding.path);
    if (known) known.push(finding);
    else if (loud.has(finding.path)) byPath.set(finding.path, [finding]);
  }
  const known = new Map(files.map((file) => [file.path, file]));
  const rank = ({ file, findings: [worst] }: Group) => [
    verdictOrder.indexOf(file?.verdict ?? 'unsupported'),
    severityOrder.indexOf(worst?.severity ?? 'informational'),
  ];
  return [...byPath]
    .map(([path, own]): Group => ({ path, file: known.get(path) ?? null, findings: own }))
    .sort((a, b) => {
      const [left = [], right = []] = [rank(a), rank(b)];
      return (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0) || (a.path < b.path ? -1 : 1);
    });
}

function fileList({ files }: ScanResult, groups: readonly Group[]): Markup {
  const places = new Map(groups.map(({ path }, at) => [path, at]));
  const order = (file: ScannedFile) => verdictOrder.indexOf(file.verdict ?? 'unsupported');
  // In the order of the sections, so that the list reads like the page.
  const place = ({ path }: ScannedFile) => places.get(path) ?? groups.length;
  const sorted = [...files].sort((a, b) => order(a) - order(b) || place(a) - place(b) || (a.path < b.path ? -1 : 1));
  const rows = sorted.slice(0, mostListedFiles).map((file) => fileRow(file, places.get(file.path), groups));
  const more = sorted.length - rows.length;
  return html`<nav class="files" aria-label="Files"><h2>Files, worst first</h2><ul>${rows}</ul>${more > 0 ? html`<p class="more">${counted(more, 'more file')} in the JSON report</p>` : null}</nav>`;
}

function fileRow(file: ScannedFile, group: number | undefined, groups: readonly Group[]): Markup {
  const verdict = file.verdict ?? 'unsupported';
  const worst = group === undefined ? undefined : groups[group]?.findings[0];
  const told = worst === undefined || worst.severity === 'informational' ? '' : `${file.counts[worst.severity]} ${worst.severity}`;
  const inside = html`<span>${file.path || 'the file itself'}</span><small>${told}</small>${shape(verdictShapes[verdict], verdict)}`;
  return group === undefined || group >= mostFindings
    ? html`<li class="plain">${inside}</li>`
    : html`<li><a href="#file-${group}">${inside}</a></li>`;
}

function findingSections(groups: readonly Group[], judged: JudgedScan): Markup {
  if (groups.length === 0)
    return html`<section><h2>No findings</h2><p class="empty">${judged.result.unread.length === 0 ? 'Everything under the path was read, and no rule found anything that somebody must look at.' : 'In what could be read no rule found anything. What was not read stands below.'}</p></section>`;
  const marks = marksOf(judged);
  let left = mostFindings;
  const sections: Markup[] = [];
  for (const [at, group] of groups.entries()) {
    if (left === 0) break;
    const told = group.findings.slice(0, left);
    left -= told.length;
    sections.push(fileSection({ ...group, findings: told }, at, { marks, leftOut: group.findings.length - told.length }));
  }
  const more = groups.length - sections.length;
  return html`${sections}${more > 0 ? html`<section><p class="empty">${counted(more, 'more file')} with findings in the JSON report.</p></section>` : null}`;
}

function marksOf({ suppressed, comparison }: JudgedScan): (finding: ScanFinding) => FindingMarks {
  const held = new Map(suppressed?.held.map(({ finding, suppression }) => [finding, suppression]) ?? []);
  const fresh = comparison ? new Set(comparison.fresh) : null;
  return (finding) => ({ suppression: held.get(finding) ?? null, isNew: fresh ? fresh.has(finding) : null });
}

type Telling = { readonly marks: (finding: ScanFinding) => FindingMarks; readonly leftOut: number };

function fileSection({ path, file, findings }: Group, at: number, { marks, leftOut }: Telling): Markup {
  const loud = findings.filter(({ severity }) => severity !== 'informational');
  const quiet = findings.filter(({ severity }) => severity === 'informational');
  const verdict = file?.verdict ?? null;
  return html`<section class="file" id="file-${at}">
<h2>${path || 'The file itself'}${verdict === null ? null : chip(verdictShapes[verdict], sentenceCase(verdict))}</h2>
${file ? html`<p class="about">${file.format}, ${sizeWords(file.size)}${file.role === null ? null : html`, ${file.role}`}</p>` : null}
${loud.map((finding) => findingArticle(finding, marks(finding)))}
${quiet.length === 0 ? null : html`<details><summary>${counted(quiet.length, 'informational finding')}</summary>${quiet.map((finding) => findingArticle(finding, marks(finding)))}</details>`}
${leftOut > 0 ? html`<p class="empty">${counted(leftOut, 'more finding')} of this file in the JSON report.</p>` : null}
</section>
`;
}
