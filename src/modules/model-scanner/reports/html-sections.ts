/** What follows the findings in the HTML report: what was not read, decisions, packages, and how it was judged. */
import type { ScanResult } from '../contract.ts';
import type { JudgedScan } from './gate.ts';
import type { HtmlInput } from './html-input.ts';
import { counted, html, type Markup, sizeWords } from './html-parts.ts';

const mostRows = 300;

export function htmlSections(input: HtmlInput): Markup {
  const { judged } = input;
  return html`${unreadSection(judged.result)}${decisionsSection(judged)}${packagesSection(input)}${notesSection(judged.result)}${judgedSection(input)}`;
}

function rows(items: readonly Markup[]): Markup {
  const more = items.length - mostRows;
  return html`<ul class="rows">${items.slice(0, mostRows)}</ul>${more > 0 ? html`<p class="empty">${counted(more, 'more', 'more')} in the JSON report.</p>` : null}`;
}

function unreadSection({ unread }: ScanResult): Markup {
  if (unread.length === 0)
    return html`<section><h2>What was not read</h2><p class="empty">Nothing: every AI artefact was read to the end.</p></section>`;
  return html`<section><h2>What was not read</h2><p class="empty">These parts are not clean: they are unknown.</p>${rows(
    unread.map(
      ({ path, reason, detail }) =>
        html`<li><span>${path || 'the file itself'}</span><span class="right">${reason}</span><span class="second">${detail}</span></li>`,
    ),
  )}</section>`;
}

function decisionsSection({ suppressed, comparison }: JudgedScan): Markup | null {
  if (!suppressed && !comparison) return null;
  const gone = comparison?.gone ?? [];
  const old = suppressed?.expired ?? [];
  const idle = suppressed?.unused ?? [];
  return html`<section><h2>Decisions and changes</h2>
${comparison ? html`<p class="empty">Against the baseline: ${comparison.fresh.length} new, ${comparison.unchanged.length} unchanged, ${gone.length} gone.${comparison.sameRules ? '' : ' The baseline was made by other rules: a difference may be the scanner’s.'}</p>` : null}
${gone.length > 0 ? rows(gone.map(({ title, path, severity }) => html`<li><span>${title}</span><span class="right">gone, was ${severity}</span><span class="second">${path}</span></li>`)) : null}
${suppressed ? html`<p class="empty">${counted(suppressed.held.length, 'finding')} suppressed; ${counted(old.length, 'suppression')} expired, ${idle.length} without a finding.</p>` : null}
${old.length > 0 ? rows(old.map(({ fingerprint, rule, path, owner, reason, expires }) => html`<li><span>${fingerprint ?? `${rule} at ${path}`}</span><span class="right">ended ${expires ?? ''}</span><span class="second">${owner}: ${reason}</span></li>`)) : null}
</section>`;
}

function packagesSection({ judged, advisoryBasis }: HtmlInput): Markup | null {
  const purls = new Set(judged.result.files.flatMap(({ packages }) => packages.map(({ purl }) => purl)));
  if (purls.size === 0) return null;
  return html`<section><h2>Packages</h2><p class="empty">${counted(purls.size, 'package')} named by manifests and lockfiles. ${advisoryBasis === null ? 'Not checked for known vulnerabilities: no advisories were given.' : `Compared with ${advisoryBasis}.`}</p></section>`;
}

/** Files that have nothing but informational findings: facts to know, nothing to do. */
function notesSection({ findings }: ScanResult): Markup | null {
  const loud = new Set(findings.filter(({ severity }) => severity !== 'informational').map(({ path }) => path));
  const notes = findings.filter(({ path }) => !loud.has(path));
  if (notes.length === 0) return null;
  const items = notes.map(
    ({ title, path, ruleId }) =>
      html`<li><span>${title}</span><span class="right mono">${ruleId}</span><span class="second">${path || 'the file itself'}</span></li>`,
  );
  return html`<section><h2>Notes</h2><p class="empty">Informational: nothing has to be done about these.</p><details><summary>${counted(notes.length, 'note')}</summary>${rows(items)}</details></section>`;
}

const profileWords: Readonly<Record<HtmlInput['profile'], string>> = {
  quick: 'quick: headers, directories, pickles and settings with a small budget for each file',
  standard: 'standard: 60 s and 1 GiB of reads for each file',
  deep: 'deep: larger budgets, and the SHA-256 of every AI artefact',
};

function judgedSection({ judged: { result }, profile }: HtmlInput): Markup {
  return html`<section><h2>How it was judged</h2>
<p class="empty">The files were read and never loaded: nothing was unpickled, imported, rendered, unpacked to disk or looked up on a network. Names inside a pickle are judged by an allow list with position and shape of the call, then by what they do. Nothing inside or beside a file lowers its verdict.</p>
<dl class="how">
<dt>Verdicts</dt><dd>malicious: a harmful effect is proved · suspicious: one is possible or unknown, or the bytes contradict themselves · incomplete: something was not read · risky: somebody must decide · clean: all read, nothing of medium severity or worse · unsupported: no reader knows the format</dd>
<dt>Profile</dt><dd>${profileWords[profile]}</dd>
<dt>Engine</dt><dd>ai-spm ${result.engineVersion}, rules <span class="mono">${result.rulesVersion}</span></dd>
<dt>Read</dt><dd>${counted(result.filesTotal, 'file')}, ${sizeWords(result.bytesRead)} under the path</dd>
</dl></section>`;
}
