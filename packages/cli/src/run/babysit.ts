/** How a run is watched, as the command line says it. */
import { advise, fix, type Reading } from 'thalweg/diagnose'
import type { Babysitter } from 'thalweg/train'

export const babysittings = ['off', 'advise', 'fix'] as const

export type Babysitting = (typeof babysittings)[number]

export function babysitterFor(
  how: Babysitting | undefined,
  onReading: (reading: Reading) => void,
): Babysitter | undefined {
  if (how === 'off') return undefined
  return how === 'fix' ? fix({ onReading }) : advise({ onReading })
}

/** Members of an ensemble are watched and not mended: they are to be one model from several seeds. */
export function adviserFor(how: Babysitting | undefined): Babysitter | undefined {
  return how === 'off' ? undefined : advise()
}
