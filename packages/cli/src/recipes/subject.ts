/** What is looked at before it is trained: the data, the model and the loss that `train` would use for the same target. */

import { DEFAULT_SEED } from '../run/prepare.ts'
import type { SittingContext } from '../run/sitting.ts'
import { type DataCommand, type DataRequest, nothingGiven, openSource } from '../source/open.ts'
import type { Prepared } from '../source/source.ts'
import { chooseRecipe } from './choose.ts'
import { describeModel } from './model.ts'
import { type Ingredients, realize } from './recipe.ts'

export interface Subject extends Ingredients {
  readonly name: string
  readonly data: Prepared
  /** The network in a few words. */
  readonly description: string
  readonly seed: number
}

export async function loadSubject(
  command: DataCommand,
  target: string | undefined,
  request: DataRequest & { readonly seed?: number | undefined },
  { voice, signal }: SittingContext,
): Promise<Subject> {
  if (target === undefined) throw nothingGiven(command)
  const source = await openSource(command, target, request)
  const given = request.seed ?? DEFAULT_SEED
  const isSeedOpen = request.seed === undefined
  const data = await source.load({
    seed: given,
    isSeedOpen,
    folder: request.data,
    target: request.target,
    voice,
    signal,
  })
  const experiment = data.experiment?.definition
  const recipe = await chooseRecipe(source, data, {})
  const seed = request.seed ?? experiment?.seed ?? DEFAULT_SEED
  return {
    ...(await realize(recipe, data, seed)),
    name: experiment?.name ?? source.name,
    data,
    description: describeModel(recipe.model),
    seed,
  }
}
