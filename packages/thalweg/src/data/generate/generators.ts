/** The generators by name, for whoever takes a name from a user. */
import type { Dataset } from '../dataset.ts'
import { circles } from './circles.ts'
import { digits } from './digits.ts'
import { moons } from './moons.ts'
import type { PointsOptions } from './points.ts'
import { spiral } from './spiral.ts'
import { xor } from './xor.ts'

export type GeneratorName = 'digits' | 'spiral' | 'moons' | 'circles' | 'xor'

/** Each with its own defaults; `noise` means nothing to `digits`. */
export const generators: Readonly<Record<GeneratorName, (options?: PointsOptions) => Dataset>> = {
  digits,
  spiral,
  moons,
  circles,
  xor,
}
