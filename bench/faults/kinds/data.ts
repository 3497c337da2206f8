/** Mistakes in the data and in how it is read. */
import { withData } from '../program.ts'
import { isImage, isRegression } from '../sampler.ts'
import { generators } from '../tables/generators.ts'
import { between, type Kind, runaway, stuck } from './kind.ts'

export const data: readonly Kind[] = [
  {
    name: 'raw 0-255 inputs',
    expects: ['unscaled-inputs'],
    brings: [...runaway, 'feature-scales'],
    repairable: true,
    mutate: (program) => ({ program: withData(program, { fault: 'bytes' }) }),
  },
  {
    name: 'one feature in another unit',
    expects: ['feature-scales', 'unscaled-inputs'],
    brings: runaway,
    repairable: true,
    mutate(program, draw) {
      if (isImage(program.data)) return undefined
      const column = draw.integer(featuresOf(program.data.generator, program.data.features))
      return { program: withData(program, { fault: 'feature-scale', column, factor: between(draw, 1e3, 1e5) }) }
    },
  },
  {
    name: 'targets in another unit',
    expects: ['target-scale'],
    brings: [...runaway, 'output-range'],
    repairable: true,
    mutate(program, draw) {
      if (!isRegression(program.data)) return undefined
      const factor = between(draw, 300, 30_000)
      const shift = draw.uniform() < 0.5 ? 0 : Math.round(5 * factor)
      return { program: withData(program, { fault: 'target-scale', factor, shift }) }
    },
  },
  {
    name: 'values that are no numbers',
    expects: ['non-finite-data', 'non-finite'],
    // They are in all parts.
    brings: ['held-out-values'],
    repairable: false,
    mutate: (program, draw) => {
      const value = draw.uniform() < 0.7 ? 'NaN' : 'Infinity'
      return { program: withData(program, { fault: 'not-a-number', share: between(draw, 0.002, 0.1), value }) }
    },
  },
  {
    name: 'a feature that knows the answer',
    expects: ['validation-too-good', 'leak'],
    brings: ['idle-features'],
    repairable: false,
    harms: 'trust',
    mutate(program, draw) {
      const features = featuresOf(program.data.generator, program.data.features)
      if (isImage(program.data) || features < 2) return undefined
      const column = draw.integer(features)
      return { program: withData(program, { fault: 'leak', column, noise: draw.uniform() < 0.5 ? 0 : 0.02 }) }
    },
  },
  {
    name: 'validation of training examples',
    expects: ['shared-examples'],
    brings: ['overfitting', 'validation-too-good'],
    repairable: false,
    harms: 'trust',
    mutate: (program, draw) => {
      const rows = 20 + draw.integer(40)
      return {
        program: {
          ...withData(program, { fault: 'few-rows', rows }, { fault: 'valid-copies' }),
          epochs: epochsFor(program, rows),
        },
      }
    },
  },
  {
    name: 'sorted and not shuffled',
    expects: ['sorted-examples', 'batches-not-random'],
    brings: [
      ...stuck,
      'loss-oscillates',
      'loss-diverged',
      'loss-above-start',
      'loss-climbs',
      'rate-too-high',
      'overfitting',
    ],
    repairable: true,
    mutate: (program) => ({ program: { ...withData(program, { fault: 'sorted' }), shuffled: false } }),
  },
  {
    name: 'wrong targets',
    expects: ['overfitting', 'underfitting', 'no-signal'],
    brings: [...stuck, 'loss-oscillates', 'rate-too-high'],
    repairable: false,
    mutate: (program, draw) => ({
      program: withData(program, { fault: 'wrong-targets', share: Number((0.6 + 0.35 * draw.uniform()).toFixed(2)) }),
    }),
  },
  {
    name: 'classes out of balance',
    expects: ['class-imbalance'],
    brings: ['overfitting', 'underfitting', 'missing-class', 'constant-target'],
    repairable: false,
    mutate: (program, draw) =>
      isRegression(program.data)
        ? undefined
        : { program: withData(program, { fault: 'imbalance', kept: between(draw, 0.005, 0.03) }) },
  },
  {
    name: 'a class that is missing',
    // Of two classes one is left.
    expects: ['missing-class', 'constant-target'],
    repairable: false,
    mutate: (program, draw) =>
      isRegression(program.data)
        ? undefined
        : { program: withData(program, { fault: 'missing-class', label: draw.integer(2) }) },
  },
  {
    name: 'a handful of examples',
    expects: ['overfitting'],
    repairable: false,
    mutate: (program, draw) => {
      const rows = 12 + draw.integer(24)
      return { program: { ...withData(program, { fault: 'few-rows', rows }), epochs: epochsFor(program, rows) } }
    },
  },
  {
    name: 'a reader that keeps the step waiting',
    expects: ['stalled-input'],
    repairable: false,
    harms: 'time',
    mutate: (program, draw) => {
      const rows = program.data.trainRows
      const epochs = Math.max(1, Math.ceil(100 / Math.ceil(rows / 64)))
      const milliseconds = 6 + draw.integer(10)
      return {
        program: { ...withData(program, { fault: 'slow-reader', milliseconds }), batchSize: 64, epochs },
      }
    },
  },
]

/** Columns that a generator's examples have. */
function featuresOf(generator: string, given: number | undefined): number {
  const fixed: Readonly<Record<string, number>> = { friedman1: 10, friedman2: 4, friedman3: 4 }
  if (!(generator in generators)) throw new Error(`internal: no generator ${generator}`)
  return fixed[generator] ?? given ?? 2
}

/** As many updates as before, over fewer examples. */
function epochsFor({ batchSize, epochs, data: { trainRows } }: Parameters<Kind['mutate']>[0], rows: number): number {
  const size = batchSize === 'all' ? trainRows : batchSize
  return Math.round((epochs * Math.ceil(trainRows / size)) / Math.ceil(rows / size))
}
