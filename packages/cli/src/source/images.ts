/** Images by name: the digits that are drawn on the spot, and the datasets that lie in files. */
import { assembleNamed, checkClasses, digits, namedDatasets, split } from 'thalweg/data'
import { provide } from './files.ts'
import { prepareInputs } from './inputs.ts'
import type { Source } from './source.ts'

export const imageNames: readonly string[] = ['digits', ...namedDatasets.map(({ name }) => name)]

/** The same images and the same split for every run: `--seed` moves the weights and the order. */
const DATA_SEED = 1
/** Of 12,000 digits: 1,000 to look at after each epoch, 2,000 to be judged by. */
const DIGITS_SHARES = { valid: 1 / 12, test: 2 / 12 }
/** Images of a named training set that are held out to look at after each epoch. */
const HELD_OUT = 5000

export function imagesSource(name: string): Source | undefined {
  if (name === 'digits') {
    return {
      kind: 'images',
      name,
      takes: ['--preprocess', '--augment'],
      async load(context) {
        const { voice } = context
        voice.show('drawing 12,000 digits')
        const parts = split(digits({ seed: DATA_SEED }), { seed: DATA_SEED, ...DIGITS_SHARES })
        voice.hide()
        return prepareInputs(parts, [], context)
      },
    }
  }
  const named = namedDatasets.find((one) => one.name === name)
  if (!named) return undefined
  return {
    kind: 'images',
    name,
    takes: ['--data', '--preprocess', '--augment'],
    async load(context) {
      const { files, paths } = await provide(named, context)
      const { train, test } = await assembleNamed(named, files)
      checkClasses(train, test, 'test')
      const parts = split(train, { seed: DATA_SEED, valid: Math.min(0.1, HELD_OUT / train.size), test: 0 })
      return prepareInputs({ ...parts, test }, paths, context)
    },
  }
}
