/** What is checked: the data, the model and the loss that `train` would use for the same target. */

import { chooseRecipe } from '../recipes/choose.ts'
import { describeModel } from '../recipes/model.ts'
import { type Ingredients, realize } from '../recipes/recipe.ts'
import { DEFAULT_SEED } from '../run/prepare.ts'
import type { SittingContext } from '../run/sitting.ts'
import { type DataRequest, nothingGiven, openSource } from '../source/open.ts'
import type { Prepared } from '../source/source.ts'

export interface Subject extends Ingredients {
  readonly name: string
  readonly data: Prepared
  /** The network in a few words. */
  readonly description: string
  readonly seed: number
}

export async function loadSubject(
  target: string | undefined,
  request: DataRequest & { readonly seed?: number | undefined },
  { voice, signal }: SittingContext,
): Promise<Subject> {
  if (target === undefined) throw nothingGiven('check')
  const source = await openSource('check', target, request)
  const given = request.seed ?? DEFAULT_SEED
  const data = await source.load({ seed: given, folder: request.data, target: request.target, voice, signal })
  const experiment = data.experiment?.definition
  const recipe = await chooseRecipe(source, data, {})
  return {
    ...realize(recipe, data.train, experiment),
    name: experiment?.name ?? source.name,
    data,
    description: describeModel(recipe.model),
    seed: request.seed ?? experiment?.seed ?? DEFAULT_SEED,
  }
}
