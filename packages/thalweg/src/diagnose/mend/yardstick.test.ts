import { expect, it } from 'vitest'
import { referenceBackend } from '../../backend/index.ts'
import { createEngine } from '../../compile/index.ts'
import { arrays, type Dataset } from '../../data/index.ts'
import { constant, createStore, dense, meanSquaredError } from '../../nn/index.ts'
import { sgd } from '../../optim/index.ts'
import { completeOptions } from '../../train/options.ts'
import { lossWith } from './yardstick.ts'

const engine = createEngine(referenceBackend())
/** An answer of 0 to everything, so that the loss is the mean square of the targets. */
const model = dense(1, { initializer: constant(0) })

function part(...numbers: readonly number[]): Dataset {
  return arrays({
    inputs: Float32Array.from(numbers),
    inputShape: [1],
    numbers: Float32Array.from(numbers),
    names: ['y'],
  })
}

function measured(train: Dataset, valid?: Dataset): Promise<number> {
  const rest = { loss: meanSquaredError(), optimizer: sgd({ learningRate: 0.1 }), epochs: 1, engine }
  return lossWith(
    { model, settings: completeOptions({ train, ...(valid && { valid }), ...rest }) },
    createStore({ engine }),
  )
}

it('measures by the validation part, unless one value there makes all of its loss', async () => {
  const train = part(1, -1, 2, -2)
  expect(await measured(train)).toBe(2.5)
  expect(await measured(train, part(3, -3))).toBe(9)
  expect(await measured(train, part(3, 1e9))).toBe(2.5)
})
