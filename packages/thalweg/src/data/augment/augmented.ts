/**
 * A dataset whose examples are changed at random while training: a view that makes them as a batch is filled and keeps
 * none. An example's change is a pure function of (seed, epoch, row), so a resumed run and any number of threads see the
 * same bits. Whoever fills without an epoch (evaluation, fitting of preprocessing) sees the examples as they are.
 */
import { sizeOf } from '../../base/index.ts'
import { checkNames, checkSeed } from '../checks.ts'
import type { Dataset } from '../dataset.ts'
import { fingerprintOf } from '../fingerprint.ts'
import type { Augmentation } from './augmentation.ts'
import { exampleDraws } from './draws.ts'
import { checkImages, imageOf } from './image.ts'

export interface AugmentedOptions {
  /** Default 0. */
  readonly seed?: number
}

/**
 * `dataset` with the augmentations applied one after another. Augment raw examples and preprocess the result:
 * `preprocessed(augmented(train, [...]), preprocessing)`, so that fill values and noise are in the units of the images.
 *
 * @throws ThalwegError `data/not-images`, `data/bad-seed`
 */
export function augmented(
  dataset: Dataset,
  augmentations: readonly Augmentation[],
  options: AugmentedOptions = {},
): Dataset {
  const { name, inputShape } = dataset
  const { seed = 0 } = options
  checkNames(`augmented ${name}`, options, { seed })
  checkSeed(`augmented ${name}`, seed)
  for (const augmentation of augmentations) {
    if (augmentation.needsImages) checkImages(augmentation.name, name, inputShape)
  }
  const image = imageOf(inputShape)
  const width = sizeOf(inputShape)
  // Each has draws of its own: one more at the end does not change what those before it do.
  const steps = augmentations.map((augmentation, place) => ({
    augmentation,
    draws: exampleDraws(seed, `data/augment/${place}/${augmentation.name}`),
  }))
  return {
    ...dataset,
    fill(rows, inputs, targets, epoch) {
      dataset.fill(rows, inputs, targets, epoch)
      if (epoch === undefined) return
      for (let i = 0; i < rows.length; i++) {
        image.pixels = inputs.subarray(i * width, (i + 1) * width)
        for (const { augmentation, draws } of steps) {
          draws.at(epoch, rows[i])
          augmentation.apply(image, draws)
        }
      }
    },
    async fingerprint() {
      const steps = augmentations.map(({ name, options }) => ({ name, options }))
      return fingerprintOf({ augmented: await dataset.fingerprint(), steps, seed })
    },
  }
}
