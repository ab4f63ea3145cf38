/**
 * `<tilescope-figure src="FILE.json" kind="ladder">` for other people's pages, built as figure.js: a plain script without
 * imports. The figure itself is drawn in a frame of the page, whose styles and elements never meet the host's; this
 * fetches the file that the host names, hands it over, keeps the frame as high as its content, and tells it whether the
 * host is light or dark. It asks nothing of anybody else.
 */

(() => {
  const NAME = 'tilescope-figure';
  if (customElements.get(NAME)) return;

  const script = (document.currentScript ?? document.querySelector('script[src$="figure.js"]')) as HTMLScriptElement;
  const frameUrl = new URL('figure.html', script.src);
  /** Until the frame has said how high it is, and while it shows the live page. */
  const FIRST_HEIGHT = 240;
  const LIVE_HEIGHT = 800;
  const dark = matchMedia('(prefers-color-scheme: dark)');

  class TilescopeFigure extends HTMLElement {
    static readonly observedAttributes = ['src', 'kind', 'theme'];
    private frame: HTMLIFrameElement | null = null;
    private readonly changes = new MutationObserver(() => this.sendTheme());

    connectedCallback(): void {
      const frame = document.createElement('iframe');
      frame.src = frameUrl.href;
      frame.title = this.getAttribute('label') ?? 'A figure of Tilescope';
      frame.loading = 'lazy';
      frame.style.cssText = `display:block;width:100%;height:${FIRST_HEIGHT}px;border:0`;
      this.style.display = 'block';
      this.replaceChildren(frame);
      this.frame = frame;
      addEventListener('message', this.hear);
      dark.addEventListener('change', this.sendTheme);
      for (const element of [document.documentElement, document.body])
        this.changes.observe(element, { attributes: true });
    }

    disconnectedCallback(): void {
      removeEventListener('message', this.hear);
      dark.removeEventListener('change', this.sendTheme);
      this.changes.disconnect();
      this.frame = null;
      this.replaceChildren();
    }

    attributeChangedCallback(name: string): void {
      if (name === 'theme') this.sendTheme();
      else if (this.frame) this.frame.src = frameUrl.href;
    }

    private readonly hear = ({ source, origin, data }: MessageEvent): void => {
      if (!this.frame || source !== this.frame.contentWindow || origin !== frameUrl.origin) return;
      if (data?.tilescope === 'ready') void this.show();
      if (data?.tilescope === 'height' && Number.isFinite(data.height)) this.frame.style.height = `${data.height}px`;
      if (data?.tilescope === 'live') this.frame.style.height = `${LIVE_HEIGHT}px`;
    };

    private async show(): Promise<void> {
      const src = this.getAttribute('src') ?? '';
      const name =
        src
          .replace(/[?#].*$/, '')
          .split('/')
          .at(-1) || 'figure';
      // An invalid address throws at once, and the figure says so as of any other failure.
      const fetched = async (): Promise<Response> => fetch(new URL(src, document.baseURI));
      const text = await fetched()
        .then((response) => (response.ok ? response.text() : null))
        .catch(() => null);
      this.send({ tilescope: 'show', name, text, kind: this.getAttribute('kind') ?? '', theme: this.theme() });
    }

    private readonly sendTheme = (): void => this.send({ tilescope: 'theme', theme: this.theme() });

    private send(message: object): void {
      this.frame?.contentWindow?.postMessage(message, frameUrl.origin);
    }

    /** As the attribute says, or as the ground is on which the figure stands. */
    private theme(): 'light' | 'dark' {
      const asked = this.getAttribute('theme');
      if (asked === 'light' || asked === 'dark') return asked;
      for (let element: Element | null = this; element; element = element.parentElement) {
        const [r, g, b, alpha = 1] = (getComputedStyle(element).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
        if (b === undefined || alpha < 0.5) continue;
        // How bright it looks (ITU-R BT.601), from 0 to 255.
        return 0.299 * r + 0.587 * g + 0.114 * b < 128 ? 'dark' : 'light';
      }
      const scheme = getComputedStyle(document.documentElement).colorScheme;
      return scheme.includes('dark') && (dark.matches || !scheme.includes('light')) ? 'dark' : 'light';
    }
  }

  customElements.define(NAME, TilescopeFigure);
})();
