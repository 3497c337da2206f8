/** Ops without operands: numbers, inputs, variables, counters; and random numbers, which two words of a seed and a step number make. */
import { formatShape, sameShape, sizeOf } from '../../base/index.ts'
import { refuse, requireAxes, requireDType, requireShape } from '../operands.ts'
import type { Rows } from './row.ts'

export const SOURCES: Rows<'constant' | 'literal' | 'input' | 'variable' | 'iota' | 'random'> = {
  constant: { operands: 0, infer: (_, { dtype }) => ({ shape: [], dtype }) },
  literal: {
    operands: 0,
    infer: (_, { data, shape, dtype }, op) => {
      requireShape(op, shape)
      if (data.length !== sizeOf(shape))
        refuse(
          op,
          'the data must fill the shape',
          [],
          `give ${sizeOf(shape)} values, or another shape`,
          `${data.length} values for shape ${formatShape(shape)}`,
        )
      return { shape, dtype }
    },
  },
  input: {
    operands: 0,
    infer: (_, { shape, dtype }, op) => {
      requireShape(op, shape)
      return { shape, dtype }
    },
  },
  variable: { operands: 0, infer: (_, { variable }) => ({ shape: variable.shape, dtype: variable.dtype }) },
  iota: {
    operands: 0,
    infer: (_, { shape, axis }, op) => {
      requireShape(op, shape)
      requireAxes(op, { shape, dtype: 'int32' }, [axis])
      return { shape, dtype: 'int32' }
    },
  },
  random: {
    operands: 2,
    infer: ([seed, step], { shape }, op) => {
      requireShape(op, shape)
      requireDType(op, [seed, step], ['int32'])
      if (!sameShape(seed.shape, [2]) || step.shape.length !== 0)
        refuse(
          op,
          'seed must be [2] and step a scalar',
          [seed, step],
          'pass the two words of the seed and the step number',
        )
      return { shape, dtype: 'float32' }
    },
  },
}
