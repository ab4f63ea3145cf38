/** `node test/opinion/report.mjs`: every row at full size, minutes rather than seconds; writes docs/SECOND-OPINION.md. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

if (process.argv.length > 2) {
  process.stderr.write(
    `node test/opinion/report.mjs takes no arguments, and got "${process.argv.slice(2).join(' ')}".\n`,
  );
  process.exit(2);
}
const { module } = await runnerImport(fileURLToPath(new URL('report.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'error',
});
process.exit(await module.report());
