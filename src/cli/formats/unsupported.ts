/** A case that is sound, but asks for what no kernel and no reference here computes. The message says for what. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}
