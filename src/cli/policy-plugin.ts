/**
 * Vite's plugin that writes the content security policy into every HTML file of the build: hosts of static files set no
 * headers. Scripts, workers and what they fetch come from the page's own folder, and nothing else may.
 */
import type { Plugin } from 'vite';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  // The page's icon, and the ramp of a heat map's colours.
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export function policyPlugin(): Plugin {
  return {
    name: 'content-security-policy',
    // What serves the sources puts scripts of its own into the page.
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}
