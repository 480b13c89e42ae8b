/** A report as one page: no script, no table of the caller's data, pictures as SVG paths, under 1 MB whatever was assessed. Pure. */
import type { DataAlert, DriftFinding, Report, Series } from '../contract.ts';

const mostText = 120;
const mostSeries = 24;
const names = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' } as const;

/** Names of columns are a stranger's text: cut, made harmless. */
export function escaped(text: string): string {
  const short = text.length > mostText ? `${text.slice(0, mostText)}…` : text;
  return short.replaceAll(/[&<>"']/g, (sign) => names[sign as keyof typeof names]);
}

const style = `body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d8dde3;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
svg{display:block}.bar{fill:#5b7fa6}.line{fill:none;stroke:#24527a;stroke-width:1.5}p.mute,span.mute{color:#5c6670}.bad{font-weight:600}
@media (prefers-color-scheme:dark){body{background:#14181d;color:#e4e8ec}th,td{border-color:#343c45}.line{stroke:#8fb8dd}p.mute,span.mute{color:#9aa5b0}}`;

export function reportAsHtml(report: Report): string {
  const { datasetName, from, to, timeRange } = report;
  const title = `Data of ${escaped(datasetName)}`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${title}</title><style>${style}</style></head><body>
<h1>${title}</h1><p class="mute">${timeRange}: ${moment(from)} to ${moment(to)} (UTC)</p>
${summary(report)}${metrics(report)}${alerts(report.alerts)}${drift(report.drift)}${seriesPart(report.series)}${columns(report)}
</body></html>`;
}

const moment = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
const percent = (share: number | null): string => (share === null ? 'unknown' : `${Math.round(share * 1000) / 10} %`);
const number = (value: number | null): string => (value === null ? 'unknown' : Number(value.toPrecision(4)).toLocaleString('en'));

function summary({ latest, runs }: Report): string {
  const counts = `<p>${runs.done} assessments (${runs.good} good, ${runs.bad} with findings, ${runs.unknown} unknown), ${runs.failed} could not run.</p>`;
  if (latest === null) return `${counts}<p>Nothing has been assessed yet: quality is unknown.</p>`;
  const facts = [
    ['Rows', number(latest.rows)],
    ['Columns', number(latest.columns)],
    ['Records that are no row', number(latest.badRows)],
    ['Quality score', percent(latest.score)],
    ['Drift', latest.driftVerdict ?? 'not compared'],
    ['Drifted columns', percent(latest.driftShare)],
    ['Odd rows', percent(latest.anomalyRate)],
    ['Poisoning', latest.poisoningVerdict ?? 'not searched'],
    ['Broken rules', number(latest.brokenRules)],
  ];
  const lines = facts.map(([name, value]) => `<tr><th>${name}</th><td>${value}</td></tr>`).join('');
  return `${counts}<h2>Newest assessment, ${moment(latest.finishedAt ?? latest.createdAt)}</h2><table>${lines}
<tr><th>Read from</th><td>${escaped(latest.sourceLabel)}</td></tr><tr><th>SHA-256</th><td>${latest.dataSha256 ?? 'unknown'}</td></tr></table>`;
}

function metrics({ metrics: known }: Report): string {
  if (known.length === 0) return '';
  const lines = known
    .map(
      ({ name, value, reason, numerator, denominator }) =>
        `<tr><td>${name}</td><td class="n">${percent(value)}</td><td class="n">${value === null ? '' : `${number(numerator)} of ${number(denominator)}`}</td><td>${escaped(reason ?? '')}</td></tr>`,
    )
    .join('');
  return `<h2>Quality</h2><table><tr><th>Metric</th><th class="n">Value</th><th class="n">Counts</th><th>Why unknown</th></tr>${lines}</table>`;
}

function alerts(known: readonly DataAlert[]): string {
  if (known.length === 0) return '<h2>Alerts</h2><p>None in this time.</p>';
  const lines = known
    .map(
      ({ severity, title, state, count, lastSeenAt }) =>
        `<tr><td>${severity}</td><td>${escaped(title)}</td><td>${state}</td><td class="n">${count}</td><td>${moment(lastSeenAt)}</td></tr>`,
    )
    .join('');
  return `<h2>Alerts</h2><table><tr><th>Severity</th><th>What</th><th>State</th><th class="n">Runs</th><th>Last seen</th></tr>${lines}</table>`;
}

function drift(known: readonly DriftFinding[]): string {
  if (known.length === 0) return '';
  const lines = known
    .map(
      ({ at, column, effect, value, floor, adjustedP, severity }) =>
        `<tr><td>${moment(at)}</td><td>${escaped(column)}</td><td>${escaped(effect)}</td><td class="n">${value === null ? '' : number(value)}</td><td class="n">${floor === null ? '' : number(floor)}</td><td class="n">${adjustedP === null ? '' : adjustedP.toExponential(1)}</td><td>${severity}</td></tr>`,
    )
    .join('');
  return `<h2>Drift</h2><p class="mute">A column drifted when an effect passed its floor and its adjusted p-value is small.</p>
<table><tr><th>When</th><th>Column</th><th>Effect</th><th class="n">Value</th><th class="n">Floor</th><th class="n">Adjusted p</th><th>Severity</th></tr>${lines}</table>`;
}

function seriesPart(all: readonly Series[]): string {
  const drawn = all.filter(({ points }) => points.length > 1).slice(0, mostSeries);
  if (drawn.length === 0) return '';
  const lines = drawn
    .map(({ metric, environment, points }) => {
      const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
      const [low, high] = [Math.min(...values), Math.max(...values)];
      return `<tr><td>${metric}</td><td>${environment}</td><td>${lineOf(points.map(({ value }) => value))}</td><td class="n">${number(low)} to ${number(high)}</td></tr>`;
    })
    .join('');
  return `<h2>Over time</h2><table><tr><th>Metric</th><th>Environment</th><th>Course</th><th class="n">Range</th></tr>${lines}</table>`;
}

/** A gap where the value is unknown. */
function lineOf(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const span = high === low ? 1 : high - low;
  const step = 240 / Math.max(1, values.length - 1);
  let pen = 'M';
  const path = values.map((value, k) => {
    if (value === null) {
      pen = 'M';
      return '';
    }
    const point = `${pen}${(k * step).toFixed(1)} ${(30 - ((value - low) / span) * 26 - 2).toFixed(1)}`;
    pen = 'L';
    return point;
  });
  return `<svg width="240" height="30" role="img" aria-label="${known.length} values"><path class="line" d="${path.join('')}"/></svg>`;
}

function columns({ columns: known, columnsLeftOut }: Report): string {
  if (known.length === 0) return '';
  const lines = known
    .map(
      ({ name, type, missing, distinct, mean, histogram, drift: verdict }) =>
        `<tr><td>${escaped(name)}</td><td>${type}</td><td class="n">${missing}</td><td class="n">${distinct ?? ''}</td><td class="n">${mean === null ? '' : number(mean)}</td><td>${histogram === null ? '' : barsOf(histogram)}</td><td class="${verdict === 'drift' ? 'bad' : ''}">${verdict ?? ''}</td></tr>`,
    )
    .join('');
  const rest = columnsLeftOut === 0 ? '' : `<p class="mute">${columnsLeftOut} more columns are not shown.</p>`;
  return `<h2>Columns</h2><table><tr><th>Column</th><th>Type</th><th class="n">Missing</th><th class="n">Distinct</th><th class="n">Mean</th><th>Distribution</th><th>Drift</th></tr>${lines}</table>${rest}`;
}

const mostBars = 40;
function barsOf(histogram: readonly number[]): string {
  const bars = histogram.slice(0, mostBars);
  const top = Math.max(1, ...bars);
  const width = 120 / Math.max(1, bars.length);
  const path = bars.map((count, k) => {
    const height = Math.round((count / top) * 24);
    return height === 0 ? '' : `M${(k * width).toFixed(1)} 24v-${height}h${(width * 0.9).toFixed(1)}v${height}z`;
  });
  return `<svg width="120" height="24" role="img" aria-label="Histogram of ${bars.length} bins"><path class="bar" d="${path.join('')}"/></svg>`;
}
