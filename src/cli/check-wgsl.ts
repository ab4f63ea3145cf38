/**
 * Compiles every .wgsl under shaders/ exactly as saved and prints what the compiler says as `file:line:column`.
 * `node check-wgsl.mjs FOLDER`; exit status 1 where one has an error or there are none.
 *
 * Dawn's null backend compiles without running, and so needs no GPU and offers every feature.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { create, globals } from 'webgpu';

/** Subgroup matrices are an experiment of Chromium's, which Dawn offers among its "unsafe" features. */
const FEATURES = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'] as GPUFeatureName[];

const [folder] = process.argv.slice(2);
const gpu = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis']);
// Collected, it would take Dawn down with it.
Object.assign(globalThis, globals, { dawn: gpu });

const adapter = await gpu.requestAdapter();
if (!adapter) throw new Error('Dawn has no null backend here.');
const device = await adapter.requestDevice({ requiredFeatures: FEATURES });

const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
const files = names.filter((name) => name.endsWith('.wgsl')).sort();
let errors = 0;
for (const file of files) {
  const path = join(folder, file);
  device.pushErrorScope('validation');
  const { messages } = await device.createShaderModule({ code: readFileSync(path, 'utf8') }).getCompilationInfo();
  await device.popErrorScope();
  for (const { type, lineNum, linePos, message } of messages) {
    process.stdout.write(`${relative(process.cwd(), path)}:${lineNum}:${linePos} ${type}: ${message}\n`);
    if (type === 'error') errors++;
  }
}
process.stdout.write(`${files.length} shaders, ${errors} errors\n`);
process.exit(errors > 0 || files.length === 0 ? 1 : 0);
