/** The child process of the Dawn host. */
import { startDawnHost } from './dawn-child.ts';

await startDawnHost(process.argv[3]);
