/** What is looked at before it is trained: the data, the model and the loss that `train` would use for the same target. */
import type { SittingContext } from '../run/sitting.ts'
import { type DataCommand, type DataRequest, openData } from '../source/open.ts'
import type { Prepared } from '../source/source.ts'
import { chooseRecipe, type Overrides } from './choose.ts'
import { describeModel } from './model.ts'
import { type Ingredients, type Recipe, realize } from './recipe.ts'

export interface Subject extends Ingredients {
  readonly name: string
  readonly data: Prepared
  readonly recipe: Recipe
  /** The network in a few words. */
  readonly description: string
  readonly seed: number
}

/** @param overrides what the command line says of the recipe, where the command lets it say something */
export async function loadSubject(
  command: DataCommand,
  target: string | undefined,
  request: DataRequest,
  context: SittingContext,
  overrides: Overrides = {},
): Promise<Subject> {
  const { source, data, seed } = await openData(command, target, request, context)
  const recipe = await chooseRecipe(source, data, overrides)
  return {
    ...(await realize(recipe, data, seed)),
    name: data.experiment?.definition.name ?? source.name,
    data,
    recipe,
    description: describeModel(recipe.model),
    seed,
  }
}
