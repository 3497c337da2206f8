/** How a run is watched, as the command line says it. */
import { advise } from 'thalweg/diagnose'
import type { Babysitter } from 'thalweg/train'

export const babysittings = ['off', 'advise'] as const

export type Babysitting = (typeof babysittings)[number]

export function babysitterFor(how: Babysitting = 'advise'): Babysitter | undefined {
  return how === 'off' ? undefined : advise()
}
