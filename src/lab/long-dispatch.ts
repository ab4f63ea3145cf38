/** Id of the rule that the refusal of a long dispatch names. Apart from what predicts one, which the page need not load to know it. */
export const LONG_DISPATCH = 'long-dispatch';
