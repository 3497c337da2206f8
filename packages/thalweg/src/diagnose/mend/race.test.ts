import { expect, it } from 'vitest'
import { random } from '../../base/index.ts'
import { arrays } from '../../data/index.ts'
import { crossEntropy, dense, meanSquaredError } from '../../nn/index.ts'
import { sgd } from '../../optim/index.ts'
import { applyPatches, type Patch } from '../../train/index.ts'
import { completeOptions } from '../../train/options.ts'
import { race } from './race.ts'

const draw = random(1, 'race')
const inputs = Float32Array.from({ length: 4 * 64 }, () => draw.normal())
const numbers = Float32Array.from({ length: 64 }, (_, row) => 3 * inputs[4 * row] - inputs[4 * row + 1])
const model = dense(1)
const train = arrays({ inputs, inputShape: [4], numbers })
const settings = completeOptions({
  train,
  loss: meanSquaredError(),
  optimizer: sgd({ learningRate: 1e-3 }),
  epochs: 99,
})
const recipe = { loss: crossEntropy({ labelSmoothing: 0.9 }), optimizer: sgd({ learningRate: 0.03 }) }
const start = { weights: undefined, position: { epoch: 0, batch: 0, step: 0 } }

/** A race against the run as it is; all entrants together may make `most` steps. */
function raced(factor: number, most: number) {
  const patches: readonly Patch[] = [{ kind: 'learning-rate', factor }]
  const candidate = { patches, changes: [], configuration: applyPatches({ model, settings }, patches) }
  return race({ model, settings }, [candidate], start, { steps: 9, most, isDead: false })
}

it('runs on while the best is too close to the control to tell, as far as the budget goes', async () => {
  const [short, long] = [await raced(1.5, 18), await raced(1.5, 400)]
  expect(short).toMatchObject({ spent: 18, winner: undefined })
  expect(long?.winner?.patches).toEqual([{ kind: 'learning-rate', factor: 1.5 }])
  expect(long?.spent).toBeGreaterThan(18)
  expect(long?.spent).toBeLessThan(400)
})

it('ends when it is decided', async () => {
  const better = await raced(50, 400)
  expect(better?.winner).toBeDefined()
  expect(better?.spent).toBe(18)
})

it('is decided by what is above the loss that label smoothing leaves to everybody', async () => {
  const labels = Int32Array.from(numbers, (number) => Number(number > 0))
  const smooth = { ...settings, ...recipe, train: arrays({ inputs, inputShape: [4], labels }) }
  const patches: readonly Patch[] = [{ kind: 'learning-rate', factor: 30 }]
  const unchanged = { model: dense(2), settings: smooth }
  const candidate = { patches, changes: [], configuration: applyPatches(unchanged, patches) }
  const result = await race(unchanged, [candidate], start, { steps: 90, most: 180, isDead: false })
  // Of ln 2 and what smoothing leaves of it, the whole is hardly more than the rest.
  expect(result?.candidates[0].loss).toBeGreaterThan(0.95 * (result?.control ?? 0))
  expect(result?.winner).toBeDefined()
})

it('leaves out what throws with the changes, says so, and is decided by the others', async () => {
  const patches: readonly Patch[] = [{ kind: 'learning-rate', factor: 50 }]
  const sound = { patches, changes: [], configuration: applyPatches({ model, settings }, patches) }
  const throwing = {
    patches: [],
    changes: [],
    configuration: {
      model: () => {
        throw new RangeError('not like this')
      },
      settings,
    },
  }
  const result = await race({ model, settings }, [throwing, sound], start, { steps: 9, most: 400, isDead: false })
  expect(result?.candidates[0]).toMatchObject({ loss: Number.POSITIVE_INFINITY, thrown: 'RangeError: not like this' })
  expect(result?.candidates[1]).not.toHaveProperty('thrown')
  expect(result?.winner).toBe(sound)
})
