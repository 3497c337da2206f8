/** Mistakes in how far a step goes. */
import { rateOf, withOptimizer } from '../program.ts'
import { between, choked, has, type Kind, runaway, stuck } from './kind.ts'

const adaptive = ['adam', 'adamw', 'nadam', 'rmsprop', 'adagrad']

export const rates: readonly Kind[] = [
  {
    name: 'rate too high',
    expects: ['rate-too-high', 'loss-diverged', 'loss-above-start', 'loss-oscillates', 'non-finite', 'loss-climbs'],
    brings: runaway,
    repairable: true,
    mutate(program, draw) {
      const factor = adaptive.includes(program.optimizer.name) ? between(draw, 30, 300) : between(draw, 10, 100)
      return { program: withOptimizer(program, { learningRate: factor * rateOf(program) }) }
    },
  },
  {
    name: 'rate 10 with momentum',
    expects: ['rate-too-high', 'loss-diverged', 'loss-above-start', 'non-finite', 'loss-climbs'],
    brings: runaway,
    repairable: true,
    mutate: (program) => ({
      program: { ...program, optimizer: { name: 'sgd', options: { learningRate: 10, momentum: 0.9 } } },
    }),
  },
  {
    name: 'rate too low',
    expects: ['rate-too-low'],
    brings: stuck,
    repairable: true,
    mutate: (program, draw) => ({
      program: withOptimizer(program, { learningRate: rateOf(program) / between(draw, 300, 10_000) }),
    }),
  },
  {
    name: 'momentum 0.999',
    expects: ['loss-oscillates', 'rate-too-high', 'loss-diverged', 'loss-above-start', 'non-finite', 'loss-climbs'],
    brings: runaway,
    repairable: true,
    mutate(program, draw) {
      const learningRate = program.optimizer.name === 'sgd' ? rateOf(program) : between(draw, 0.01, 0.06)
      return { program: { ...program, optimizer: { name: 'sgd', options: { learningRate, momentum: 0.999 } } } }
    },
  },
  {
    name: 'clipping to nearly nothing',
    expects: ['rate-too-low'],
    brings: stuck,
    repairable: true,
    mutate: (program, draw) =>
      program.optimizer.name === 'sgd' ? { program: { ...program, clipNorm: between(draw, 1e-4, 3e-3) } } : undefined,
  },
  {
    name: 'weight decay too large',
    expects: ['weight-decay', 'underfitting', 'not-learning'],
    brings: [...choked, 'rate-too-high'],
    repairable: true,
    mutate(program, draw) {
      const { name } = program.optimizer
      // Adam divides a penalty by the size of gradients; adamw takes the decay times the rate off the weights.
      const decay = name === 'sgd' ? between(draw, 0.05, 1) : name === 'adamw' ? between(draw, 10, 80) : undefined
      if (has(program, 'batchNorm') || decay === undefined) return undefined
      return { program: withOptimizer(program, { weightDecay: decay }) }
    },
  },
]
