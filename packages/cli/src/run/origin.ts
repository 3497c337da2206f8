/** What runs and studies alike write down about themselves when they begin, and how it is read back. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { ThalwegError } from 'thalweg'
import { z } from 'zod'
import { type ColumnTypes, columnTypesSchema } from '../source/columns.ts'
import type { DataRequest } from '../source/open.ts'
import { cliVersion, libraryVersion } from '../version.ts'

export interface Origin {
  readonly version: 1
  readonly name: string
  /** ISO 8601. */
  readonly created: string
  /** As it was given on the command line; files as absolute paths. */
  readonly target: string
  readonly targetColumn?: string | undefined
  readonly columns?: ColumnTypes | undefined
  readonly preprocess?: string | undefined
  readonly augment?: string | undefined
  readonly dataFolder?: string | undefined
  readonly seed: number
  readonly versions: { readonly thalweg: string; readonly cli: string; readonly node: string }
}

/** Its fields, for the schemas of those that extend it. */
export const originFields: { readonly [Field in keyof Required<Origin>]: z.ZodType<Origin[Field]> } = {
  version: z.literal(1),
  name: z.string(),
  created: z.string(),
  target: z.string(),
  targetColumn: z.string().optional(),
  columns: columnTypesSchema.optional(),
  preprocess: z.string().optional(),
  augment: z.string().optional(),
  dataFolder: z.string().optional(),
  seed: z.number().int(),
  versions: z.object({ thalweg: z.string(), cli: z.string(), node: z.string() }),
}

export interface OriginRequest {
  readonly name: string
  readonly target: string
  /** Whether the target is a file, which may be looked for from elsewhere. */
  readonly isFile: boolean
  readonly seed: number
  /** What the command line said of the data. */
  readonly request: DataRequest
}

export function originOf({ name, target, isFile, seed, request }: OriginRequest): Origin {
  return {
    version: 1,
    name,
    created: new Date().toISOString(),
    target: isFile ? path.resolve(target) : target,
    ...(request.target !== undefined && { targetColumn: request.target }),
    ...(request.column && { columns: request.column }),
    ...(request.preprocess !== undefined && { preprocess: request.preprocess }),
    ...(request.augment !== undefined && { augment: request.augment }),
    ...(request.data !== undefined && { dataFolder: path.resolve(request.data) }),
    seed,
    versions: { thalweg: libraryVersion, cli: cliVersion, node: process.version },
  }
}

/**
 * Reads what a run or a study wrote down.
 *
 * @throws ThalwegError `cli/bad-manifest` for what is damaged, and for what another version wrote
 */
export async function readOrigin<T extends Origin>(
  file: string,
  schema: z.ZodType<T>,
  what: 'run' | 'study',
): Promise<T> {
  const text = await fs.readFile(file, 'utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const received = `no JSON: ${cause instanceof Error ? cause.message : String(cause)}`
    throw badManifest(file, what, received, 'take the file from a copy of the folder')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const place = parsed.error.issues[0]?.path.join('.') || 'the whole'
  const advice = `use the version that made it, or begin a new ${what} with thalweg ${what === 'run' ? 'train' : 'tune'}`
  throw badManifest(file, what, `one of ${writerOf(value)}, where ${place} is not as ${cliVersion} writes it`, advice)
}

/** Who wrote something that this version does not understand, as far as it says so. */
function writerOf(value: unknown): string {
  const told = z.object({ versions: z.object({ cli: z.string() }) }).safeParse(value)
  const dated = z.object({ created: z.string() }).safeParse(value)
  const version = told.success ? `thalweg ${told.data.versions.cli}` : 'another version'
  return dated.success ? `${version}, of ${dated.data.created.slice(0, 10)}` : version
}

function badManifest(file: string, what: string, received: string, advice: string): ThalwegError {
  return new ThalwegError('cli/bad-manifest', {
    rule: `read ${file}: it must be what a ${what} of this version writes`,
    received,
    try: advice,
  })
}
