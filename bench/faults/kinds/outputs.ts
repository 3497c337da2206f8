/** Mistakes at the end of the network and in its loss. */
import { layerPaths, type Program } from '../program.ts'
import { choice, isRegression } from '../sampler.ts'
import { choked, has, type Kind, type Mutation, runaway } from './kind.ts'

export const outputs: readonly Kind[] = [
  {
    name: 'softmax before its loss',
    expects: ['output-activation'],
    brings: choked,
    repairable: true,
    mutate: (program) => (isRegression(program.data) ? undefined : endingIn(program, 'softmax')),
  },
  {
    name: 'rectified outputs',
    expects: ['output-activation', 'output-range'],
    brings: choked,
    repairable: true,
    mutate: (program) => endingIn(program, 'relu'),
  },
  {
    name: 'squashed outputs',
    expects: ['output-activation', 'output-range'],
    brings: choked,
    repairable: true,
    mutate: (program, draw) =>
      endingIn(program, isRegression(program.data) ? choice(draw, ['sigmoid', 'tanh']) : 'sigmoid'),
  },
  {
    name: 'loss of another task',
    expects: ['wrong-loss'],
    brings: [...runaway, 'output-range'],
    repairable: false,
    mutate: (program) =>
      isRegression(program.data) && !has(program, 'conv')
        ? { program: { ...program, loss: { name: 'binaryCrossEntropy' } } }
        : undefined,
  },
]

function endingIn(program: Program, name: string): Mutation {
  const layers = [...program.layers, { kind: 'activation' as const, name }]
  const paths = layerPaths(layers)
  return { program: { ...program, layers }, layers: paths.slice(-2) }
}
