/** Averages of the weights by name: a run ends with them, instead of with its last weights. */
import { ThalwegError } from 'thalweg'
import { suggest } from 'thalweg/base'
import { type Average, ema, swa } from 'thalweg/optim'
import { z } from 'zod'
import { usage } from '../errors.ts'
import { type NamedOptions, namedOptions } from './named.ts'

/** As it was typed; what follows from the number of epochs is worked out when it is made real. */
export type AverageDescription = NamedOptions

export const averageSchema: z.ZodType<AverageDescription> = z.object({
  name: z.string(),
  options: z.record(z.string(), z.union([z.string(), z.number()])),
})

/** The share of the epochs after which the mean begins, where it is not said (Izmailov et al. 2018 begin at 75%). */
const SWA_START = 0.75

const averages: Readonly<Record<string, (options: NamedOptions['options'], epochs: number) => Average>> = {
  ema: (options) => ema(options),
  swa(options, epochs) {
    if ('startStep' in options) return swa({ startStep: 1, ...options })
    // The mean of a single epoch would be its weights.
    return swa({ startEpoch: Math.max(1, Math.min(Math.floor(SWA_START * epochs) + 1, epochs - 1)), ...options })
  },
}

export const averageNames: readonly string[] = Object.keys(averages)

/** @throws ThalwegError `usage/unknown-average` with near names, `usage/bad-value`, `usage/bad-average` */
export function averageDescription(text: string, epochs: number): AverageDescription {
  const description = namedOptions(text, '--average', 'ema:decay=0.99')
  if (!Object.hasOwn(averages, description.name)) {
    throw usage('unknown-average', {
      rule: '--average must name one that exists',
      received: description.name === '' ? 'nothing' : description.name,
      try: suggest(description.name, averageNames, 'averages'),
    })
  }
  try {
    realizeAverage(description, epochs)
  } catch (error) {
    if (!(error instanceof ThalwegError)) throw error
    throw usage('bad-average', { rule: `--average: ${error.rule}`, received: error.received, try: error.try })
  }
  return description
}

export function realizeAverage({ name, options }: AverageDescription, epochs: number): Average {
  return averages[name](options, epochs)
}

/** Whether it depends on how many epochs there are. */
export function isAverageStretched({ name, options }: AverageDescription): boolean {
  return name === 'swa' && !('startEpoch' in options || 'startStep' in options)
}

/** As one would type it: `ema:decay=0.99`. */
export function averageText(average: AverageDescription | undefined): string | undefined {
  if (!average) return undefined
  const options = Object.entries(average.options).map(([option, value]) => `${option}=${value}`)
  return options.length > 0 ? `${average.name}:${options.sort().join(',')}` : average.name
}
