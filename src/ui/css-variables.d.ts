/** Lets a style carry custom properties: `style={{ '--columns': '1fr 2fr' }}`. */
import 'react';

declare module 'react' {
  interface CSSProperties {
    [name: `--${string}`]: string | number | undefined;
  }
}
