/** A key as it stands on the keyboard. */
const names = new Map<string, string>([
  ['Enter', '↵'],
  ['Escape', 'Esc'],
  ['mod', typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl'],
  ['Shift', '⇧'],
]);

const isMac = names.get('mod') === '⌘';

/** `⌘K` on a Mac, `Ctrl K` elsewhere: combinations show the letter as it stands on the key. */
function strokeWords(stroke: string): string {
  const parts = stroke.split('+');
  const words = parts.map((part) => names.get(part) ?? (parts.length > 1 ? part.toUpperCase() : part));
  return words.join(isMac ? '' : ' ');
}

/** `keys` as the key registry writes them: `j`, `g f`, `mod+k`, `Shift+x`. */
export function Keys({ keys }: { keys: string }) {
  const strokes = keys.split(' ').map((stroke, place) => ({ stroke, place }));
  return (
    <span className="inline-flex items-center gap-1">
      {strokes.map(({ stroke, place }) => (
        <kbd
          key={place}
          className="inline-flex h-5 min-w-5 items-center justify-center gap-0.5 rounded-tag border border-line bg-raised px-1 text-mark text-ink-2"
        >
          {strokeWords(stroke)}
        </kbd>
      ))}
    </span>
  );
}
