/** System, light or dark. */
import { Monitor, Moon, Sun, SunMoon } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { useCommands } from '../../ui/commands.ts';
import { Menu } from '../../ui/menu.tsx';
import { type ThemeChoice, themeChoices, useTheme } from '../../ui/theme.ts';

const looks: Readonly<Record<ThemeChoice, { label: string; icon: typeof Sun }>> = {
  system: { label: 'Theme: system', icon: Monitor },
  light: { label: 'Theme: light', icon: Sun },
  dark: { label: 'Theme: dark', icon: Moon },
};

export function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  return (
    <Menu
      trigger={<IconButton icon={SunMoon} label={looks[theme].label} />}
      items={themeChoices.map((choice) => ({ ...looks[choice], chosen: theme === choice, run: () => setTheme(choice) }))}
    />
  );
}

export function useThemeCommands(): void {
  const [, setTheme] = useTheme();
  useCommands(
    themeChoices.map((choice) => ({ id: `theme ${choice}`, label: looks[choice].label, group: 'Look', run: () => setTheme(choice) })),
  );
}
