/** Mistakes in how long and in which portions. */
import { type Kind, stuck } from './kind.ts'

export const training: readonly Kind[] = [
  {
    name: 'stopped far too early',
    expects: ['too-few-steps', 'underfitting', 'rate-too-low'],
    brings: stuck,
    repairable: false,
    mutate: (program, draw) => ({ program: { ...program, epochs: 1, batchSize: draw.uniform() < 0.5 ? 64 : 128 } }),
  },
  {
    name: 'all examples in one batch',
    expects: ['too-few-steps', 'underfitting', 'rate-too-low'],
    brings: stuck,
    repairable: false,
    mutate: (program) => ({ program: { ...program, batchSize: 'all' } }),
  },
]
