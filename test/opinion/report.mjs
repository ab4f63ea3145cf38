/** `node test/opinion/report.mjs`: every row at full size, minutes rather than seconds; writes docs/SECOND-OPINION.md. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('report.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
});
process.exit(await module.report());
