/** Before the tests on a GPU: what the hosts run is bundled from the sources as they stand. */
import { bundle, HOST_BUNDLES } from '../../src/cli/bundle.mjs';
import { rootFor } from '../../src/cli/setup/root.ts';

export default async function setup(): Promise<void> {
  await bundle(rootFor('npm test'), HOST_BUNDLES);
}
