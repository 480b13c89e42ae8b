/** Numbers and sizes as people read them: true minus, no-break space before units, `unknown` in words. */

// Not U+202F: the faces in use draw it so narrow that `8 h` reads `8h`.
const space = '\u00a0';
const minus = '\u2212';
const enDash = '\u2013';

/** How a value that nobody knows is written, everywhere. */
export const unknownWord = 'unknown';

type NumberOptions = { digits?: number | undefined; locale?: string | undefined };

const formatters = new Map<string, Intl.NumberFormat>();
function formatter(digits: number, locale: string | undefined): Intl.NumberFormat {
  const key = `${locale ?? ''}:${digits}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  formatters.set(key, made);
  return made;
}

/** `1,284`, `−0.5`; null and NaN are `unknown`. */
export function formatNumber(value: number | null | undefined, { digits = 0, locale }: NumberOptions = {}): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return unknownWord;
  const isZero = Number(value.toFixed(digits)) === 0;
  return formatter(digits, locale)
    .format(isZero ? 0 : value)
    .replace('-', minus);
}

/** A measured value of any size with that many significant digits: `0.0123`, `1,284`, `3.1e12`; no zeros that nobody measured. */
export function formatMeasured(value: number | null | undefined, significant = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return unknownWord;
  const rounded = Number(value.toPrecision(significant));
  const size = Math.abs(rounded);
  if (size !== 0 && (size < 1e-6 || size >= 1e9)) return String(rounded.toExponential(significant - 1)).replaceAll('-', minus);
  const digits = (String(rounded).split('.')[1] ?? '').length;
  return formatNumber(rounded, { digits });
}

/** `+4.6`, `−4.6`, `0.0`: the sign always shows unless the rounded value is 0. */
export function formatSigned(value: number | null | undefined, options: NumberOptions = {}): string {
  const text = formatNumber(value, options);
  if (value === null || value === undefined || !Number.isFinite(value)) return text;
  return value > 0 && Number(value.toFixed(options.digits ?? 0)) !== 0 ? `+${text}` : text;
}

/** A fraction in [0, 1] as `86 %`. */
export function formatPercent(fraction: number | null | undefined, options: NumberOptions = {}): string {
  if (fraction === null || fraction === undefined || !Number.isFinite(fraction)) return unknownWord;
  return withUnit(formatNumber(fraction * 100, options), '%');
}

/** `0.12–0.15` with an en dash. */
export function formatRange(low: number, high: number, options: NumberOptions = {}): string {
  return `${formatNumber(low, options)}${enDash}${formatNumber(high, options)}`;
}

/** Number and unit with a no-break space. */
export function withUnit(text: string | number, unit: string): string {
  return `${text}${space}${unit}`;
}

/** `1,284`, and `~1,300,000` when the database estimated it. */
export function formatTotal(total: number, isEstimate: boolean, locale?: string): string {
  return `${isEstimate ? '~' : ''}${formatNumber(total, { locale })}`;
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
/** Decimal sizes: `412 B`, `1.8 GB`. */
export function formatBytes(bytes: number | null | undefined, locale?: string): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return unknownWord;
  const power = bytes < 1000 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log10(bytes) / 3));
  const scaled = bytes / 1000 ** power;
  const digits = power === 0 || scaled >= 99.95 ? 0 : 1;
  return withUnit(formatNumber(scaled, { digits, locale }), byteUnits[power] ?? 'B');
}

/** `a1b2c3d…9f8e7d`: the middle is what people compare least. */
export function truncateMiddle(text: string, length = 14): string {
  if (text.length <= length) return text;
  const tail = Math.floor((length - 1) / 2);
  return `${text.slice(0, length - 1 - tail)}…${text.slice(-tail)}`;
}

/** `1 path`, `2 paths`; irregular plurals are given. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}
