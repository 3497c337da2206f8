/** Points in the plane, made on the spot. */
import { circles, type Dataset, moons, type PointsOptions, spiral, split, xor } from 'thalweg/data'
import { prepareInputs } from './inputs.ts'
import type { Source } from './source.ts'

const generators: Readonly<Record<string, (options: PointsOptions) => Dataset>> = { spiral, moons, circles, xor }

export const pointNames: readonly string[] = Object.keys(generators)

/** The same points for every run: `--seed` moves the weights and the order, so runs can be compared. */
const DATA_SEED = 1

export function pointsSource(name: string): Source | undefined {
  const generate = generators[name]
  if (!generate) return undefined
  return {
    kind: 'points',
    name,
    takes: ['--preprocess'],
    async load(context) {
      const parts = split(generate({ seed: DATA_SEED }), { seed: DATA_SEED })
      return prepareInputs(parts, [], context)
    },
  }
}
