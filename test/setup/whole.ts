/**
 * Whether everything is tried, as in CI (TILESCOPE_TESTS=all), and not the part that a developer can wait for: fewer
 * shapes and knobs for each kernel on each host, and planted faults in Chrome only.
 */
export const isWhole = process.env.TILESCOPE_TESTS === 'all';
