/** What a run writes down about itself when it begins, enough to go on with it and to predict from it later. */
import { ThalwegError } from 'thalweg'
import { z } from 'zod'
import { recipeSchema } from '../recipes/recipe.ts'

const part = z.object({ examples: z.number().int(), fingerprint: z.string() })

export const manifestSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  /** ISO 8601. */
  created: z.string(),
  /** As it was given to `thalweg train`; files as absolute paths. */
  target: z.string(),
  targetColumn: z.string().optional(),
  dataFolder: z.string().optional(),
  seed: z.number().int(),
  checkpointEvery: z.number().int().optional(),
  recipe: recipeSchema,
  data: z.object({
    inputShape: z.array(z.number().int()),
    target: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('class'), classes: z.array(z.string()) }),
      z.object({ kind: z.literal('number'), names: z.array(z.string()) }),
    ]),
    files: z.array(z.string()),
    train: part,
    valid: part.optional(),
    test: part.optional(),
  }),
  versions: z.object({ thalweg: z.string(), cli: z.string(), node: z.string() }),
})

export type Manifest = z.infer<typeof manifestSchema>

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
