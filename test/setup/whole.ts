/**
 * Whether everything is tried, as in CI (TILESCOPE_TESTS=all), and not the part that a developer can wait for, which
 * CONTRIBUTING.md describes.
 */
export const isWhole = process.env.TILESCOPE_TESTS === 'all';
