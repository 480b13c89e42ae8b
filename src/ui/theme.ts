/** Theme: the system's by default, light or dark by choice. The first paint is served by theme.js; this keeps it up to date. */
import { useEffect } from 'react';
import { usePreference } from './preference.ts';

export const themeChoices = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

const isThemeChoice = (text: string | null): text is ThemeChoice => themeChoices.some((choice) => choice === text);

export function useTheme(): [ThemeChoice, (choice: ThemeChoice) => void] {
  const [stored, store] = usePreference('theme');
  const choice = isThemeChoice(stored) ? stored : 'system';
  useEffect(() => {
    const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      document.documentElement.dataset['theme'] = choice === 'system' ? (darkSystem.matches ? 'dark' : 'light') : choice;
    };
    apply();
    darkSystem.addEventListener('change', apply);
    return () => darkSystem.removeEventListener('change', apply);
  }, [choice]);
  return [choice, (next) => store(next === 'system' ? null : next)];
}
