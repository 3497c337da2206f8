/** Data that is numbers already, as its networks see it: preprocessing fitted on the training part, which alone is augmented. */
import { augmented, type Dataset, fitInputs, materialized, preprocessed } from 'thalweg/data'
import type { LoadContext, Prepared } from './source.ts'
import { augmentationsOf, fitsOf, isCostly } from './transforms.ts'

export function prepareInputs(
  { train, valid, test }: { readonly train: Dataset; readonly valid: Dataset; readonly test: Dataset },
  files: readonly string[],
  { preprocess, augment, seed }: Pick<LoadContext, 'preprocess' | 'augment' | 'seed'>,
): Prepared {
  const preprocessing = fitInputs(train, fitsOf(preprocess))
  const augmentations = augmentationsOf(augment)
  const seen = (dataset: Dataset): Dataset => {
    const view = preprocessed(dataset, preprocessing)
    return isCostly(preprocess) ? materialized(view) : view
  }
  // What changes in every epoch is not worth keeping.
  const changed =
    augmentations.length > 0 ? preprocessed(augmented(train, augmentations, { seed }), preprocessing) : seen(train)
  return { train: changed, valid: seen(valid), test: seen(test), preprocessing, notes: [], files }
}
