/**
 * A short name for a text, to tell two editions of it apart: FNV-1a over its UTF-16 units, once from either end, 16
 * hexadecimal digits in all. Not for secrets.
 */
export function digest(text: string): string {
  let [forth, back] = [0x811c9dc5, 0x811c9dc5];
  for (let i = 0; i < text.length; i++) {
    forth = Math.imul(forth ^ text.charCodeAt(i), 0x01000193);
    back = Math.imul(back ^ text.charCodeAt(text.length - 1 - i), 0x01000193);
  }
  return [forth, back].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
