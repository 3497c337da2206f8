/** What a run wrote down after each epoch, read back. */
import path from 'node:path'
import { ThalwegError } from 'thalweg'
import { z } from 'zod'
import { readFile } from '../read.ts'
import type { RunFolder } from './folder.ts'

export interface EpochFigures {
  readonly epoch: number
  readonly trainLoss: number
  readonly trainAccuracy?: number | undefined
  readonly validLoss?: number | undefined
  readonly validAccuracy?: number | undefined
  readonly validR2?: number | undefined
  readonly learningRate: number
}

/** JSON has no NaN: a loss that was no number comes as null. */
const figure: z.ZodType<number> = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN)

const epochSchema: z.ZodType<EpochFigures> = z.object({
  epoch: z.number().int(),
  trainLoss: figure,
  trainAccuracy: figure.optional(),
  validLoss: figure.optional(),
  validAccuracy: figure.optional(),
  validR2: figure.optional(),
  learningRate: figure,
})

/**
 * One entry for each finished epoch, in their order. A last line that was torn when the run was stopped is left out.
 *
 * @throws ThalwegError `usage/missing-file`; `cli/bad-metrics` where another line is none of ours
 */
export async function readMetrics(folder: RunFolder): Promise<readonly EpochFigures[]> {
  const file = path.join(folder.path, 'metrics.jsonl')
  const lines = new TextDecoder().decode(await readFile(file)).split('\n')
  return lines.slice(0, -1).map((line, index) => {
    const parsed = epochSchema.safeParse(jsonOf(line))
    if (parsed.success) return parsed.data
    throw new ThalwegError('cli/bad-metrics', {
      rule: `read ${file}: every line must be an epoch of a run`,
      received: `line ${index + 1}: ${line.slice(0, 60)}`,
      try: 'take the line out of the file, or plot another run',
    })
  })
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
