/** What a run writes down about itself when it begins, enough to go on with it and to predict from it later. */
import { ThalwegError } from 'thalweg'
import type { Target } from 'thalweg/data'
import type { Combine } from 'thalweg/tune'
import { z } from 'zod'
import { type Recipe, recipeSchema } from '../recipes/recipe.ts'

export interface Manifest {
  readonly version: 1
  readonly name: string
  /** ISO 8601. */
  readonly created: string
  /** As it was given to `thalweg train`; files as absolute paths. */
  readonly target: string
  readonly targetColumn?: string | undefined
  readonly dataFolder?: string | undefined
  readonly seed: number
  readonly checkpointEvery?: number | undefined
  /** Members of an ensemble, each in a folder of its own, and how they are combined; nothing for a single network. */
  readonly ensemble?: number | undefined
  readonly combine?: Combine | undefined
  readonly recipe: Recipe
  readonly data: DataDescription
  readonly versions: { readonly thalweg: string; readonly cli: string; readonly node: string }
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

const manifestSchema: z.ZodType<Manifest> = z.object({
  version: z.literal(1),
  name: z.string(),
  created: z.string(),
  target: z.string(),
  targetColumn: z.string().optional(),
  dataFolder: z.string().optional(),
  seed: z.number().int(),
  checkpointEvery: z.number().int().optional(),
  ensemble: z.number().int().optional(),
  combine: z.enum(['probabilities', 'logits', 'vote', 'mean']).optional(),
  recipe: recipeSchema,
  data: dataSchema,
  versions: z.object({ thalweg: z.string(), cli: z.string(), node: z.string() }),
})

export function parseManifest(text: string, file: string): Manifest {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw badManifest(file, cause instanceof Error ? cause.message : String(cause))
  }
  const parsed = manifestSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw badManifest(file, `${issue?.path.join('.')}: ${issue?.message}`)
}

function badManifest(file: string, received: string): ThalwegError {
  return new ThalwegError('cli/bad-manifest', {
    rule: `read ${file}: it must be the manifest of a run of this version`,
    received,
    try: 'name another run, or start a new one',
  })
}
