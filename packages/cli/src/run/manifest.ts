/** What a run writes down about itself when it begins, enough to go on with it and to predict from it later. */
import type { Dataset, Target } from 'thalweg/data'
import type { Combine } from 'thalweg/tune'
import { z } from 'zod'
import { type Recipe, recipeSchema } from '../recipes/recipe.ts'
import type { Prepared } from '../source/source.ts'
import { type Babysitting, babysittings } from './babysit.ts'
import { type Origin, originFields } from './origin.ts'

export interface Manifest extends Origin {
  readonly checkpointEvery?: number | undefined
  readonly babysit?: Babysitting | undefined
  /** Members of an ensemble, each in a folder of its own, and how they are combined; nothing for a single network. */
  readonly ensemble?: number | undefined
  /** How its members come about: from seeds, which is the default, as minima of one training, or as the best of a search. */
  readonly members?: 'snapshots' | 'trials' | undefined
  readonly combine?: Combine | undefined
  readonly recipe: Recipe
  readonly data: DataDescription
}

export interface DataDescription {
  readonly inputShape: readonly number[]
  readonly target: Target
  readonly files: readonly string[]
  readonly train: PartDescription
  readonly valid?: PartDescription | undefined
  readonly test?: PartDescription | undefined
}

export interface PartDescription {
  readonly examples: number
  readonly fingerprint: string
}

const part: z.ZodType<PartDescription> = z.object({ examples: z.number().int(), fingerprint: z.string() })

const dataSchema: z.ZodType<DataDescription> = z.object({
  inputShape: z.array(z.number().int()),
  target: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('class'), classes: z.array(z.string()) }),
    z.object({ kind: z.literal('number'), names: z.array(z.string()) }),
  ]),
  files: z.array(z.string()),
  train: part,
  valid: part.optional(),
  test: part.optional(),
})

export const manifestSchema: z.ZodType<Manifest> = z.object({
  ...originFields,
  checkpointEvery: z.number().int().optional(),
  babysit: z.enum(babysittings).optional(),
  ensemble: z.number().int().optional(),
  members: z.enum(['snapshots', 'trials']).optional(),
  combine: z.enum(['probabilities', 'logits', 'vote', 'mean']).optional(),
  recipe: recipeSchema,
  data: dataSchema,
})

export async function describeData({ train, valid, test, files }: Prepared): Promise<DataDescription> {
  return {
    inputShape: train.inputShape,
    target: train.target,
    files,
    train: await describePart(train),
    ...(valid && { valid: await describePart(valid) }),
    ...(test && { test: await describePart(test) }),
  }
}

async function describePart(dataset: Dataset): Promise<PartDescription> {
  return { examples: dataset.size, fingerprint: await dataset.fingerprint() }
}
