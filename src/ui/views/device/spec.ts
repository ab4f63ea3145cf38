/** The fingerprint of this device, measured as a whole, beside a recorded one. */
import type { ViewSpec } from '../types.ts';
import { type DeviceSettings, deviceFromSearch, deviceSearch } from './settings.ts';

export default {
  id: 'device',
  title: 'Device',
  description:
    'Measure the fingerprint of your GPU in under a minute: caches, latencies, bandwidths, peak rates, bank conflicts and launch costs, beside a recorded GPU.',
  order: 5,
  skipsTo: 'Measure',
  element: 'ts-device-view',
  load: () => import('./ts-device-view.ts'),
  ofDevice: true,
  drawsEarly: true,
  ofOneKernel: true,
  kept: ['from', 'beside', 'budget'],
  keptWithKernel: [],
  read: deviceFromSearch,
  write: deviceSearch,
  opens: (holding) =>
    holding.kind === 'fingerprint' && holding.command === 'fingerprint'
      ? deviceSearch(deviceFromSearch('').settings)
      : null,
} satisfies ViewSpec<DeviceSettings>;
