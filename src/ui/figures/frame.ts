/** The entry of figure.html: draws what the page around it sends, and says how high that is. */
import { pressOnce } from '../look/held-enter.ts';
import { adoptDocumentStyles } from '../look/styles.ts';
import './ts-figure.ts';

adoptDocumentStyles();
pressOnce();

const figure = document.body.appendChild(document.createElement('ts-figure'));

/** Only a number leaves, so that whoever is around may have it. */
const tell = (message: object): void => parent.postMessage(message, '*');

addEventListener('message', ({ source, data }: MessageEvent) => {
  if (source !== parent || typeof data !== 'object' || data === null) return;
  const { tilescope, theme, name, text, kind } = data as Record<string, unknown>;
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  if (tilescope === 'show') void figure.show(String(name), typeof text === 'string' ? text : null, String(kind));
});

new ResizeObserver(() =>
  tell({ tilescope: 'height', height: Math.ceil(figure.getBoundingClientRect().height) }),
).observe(figure);
figure.onLive = () => tell({ tilescope: 'live' });
tell({ tilescope: 'ready' });
