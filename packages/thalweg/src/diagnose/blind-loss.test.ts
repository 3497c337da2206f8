/** The two ends of a loss, held to what the losses themselves compute. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { createEngine, evaluate } from '../compile/index.ts'
import { arrays, type Dataset } from '../data/index.ts'
import { binaryCrossEntropy, crossEntropy, type Loss, meanSquaredError } from '../nn/index.ts'
import { type Tensor, tensor } from '../tensor/index.ts'
import { blindLossOf, leastLossOf } from './blind-loss.ts'

const engine = createEngine(referenceBackend())
const share = fc.double({ min: 0.001, max: 0.95, noNaN: true })
const weight = fc.double({ min: 0.1, max: 5, noNaN: true })
const weights = fc.option(fc.tuple(weight, weight, weight), { nil: undefined })
const steps = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 36, maxLength: 36 })

function labelled(labels: readonly number[]): Dataset {
  const inputs = new Float32Array(labels.length)
  return arrays({ inputs, inputShape: [1], labels: Int32Array.from(labels), classes: ['a', 'b', 'c'] })
}

function numbered(numbers: readonly number[]): Dataset {
  return arrays({
    inputs: new Float32Array(numbers.length),
    inputShape: [1],
    numbers: Float32Array.from(numbers),
  })
}

function cost(loss: Loss, answers: number[][], targets: Tensor): number {
  const [[value]] = evaluate([loss.forward(tensor(answers), targets).node], engine)
  return value
}

it('what label smoothing leaves is what its own target costs, and every other answer costs more', () => {
  const labels = fc.array(fc.nat(2), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(labels, share, weights, steps, (labels, labelSmoothing, classWeights, away) => {
      const loss = crossEntropy({ labelSmoothing, ...(classWeights && { classWeights }) })
      const least = leastLossOf(labelled(labels), loss)
      const targets = tensor(Int32Array.from(labels))
      const best = labels.map((label) =>
        [0, 1, 2].map((other) => {
          const target = Number(label === other) * (1 - labelSmoothing) + labelSmoothing / 3
          return Math.log(target * (classWeights?.[other] ?? 1))
        }),
      )
      expect(cost(loss, best, targets)).toBeCloseTo(least, 5)
      const others = best.map((row, at) => row.map((logit, other) => logit + away[3 * at + other]))
      expect(cost(loss, others, targets)).toBeGreaterThan(least - 1e-5)
    }),
  )
})

it('so is what is left of answers of yes and no, and of probabilities', () => {
  fc.assert(
    fc.property(fc.array(share, { minLength: 1, maxLength: 12 }), share, (shares, labelSmoothing) => {
      const loss = binaryCrossEntropy({ labelSmoothing })
      const best = shares.map((each) => {
        const target = each * (1 - labelSmoothing) + labelSmoothing / 2
        return [Math.log(target / (1 - target))]
      })
      const targets = tensor(shares.map((each) => [each]))
      expect(cost(loss, best, targets)).toBeCloseTo(leastLossOf(numbered(shares), loss), 5)
    }),
  )
})

it('nothing is left of certain targets', () => {
  expect(leastLossOf(labelled([0, 1, 1]), crossEntropy({ classWeights: [1, 2, 3] }))).toBe(0)
  expect(leastLossOf(numbered([0, 1, 1]), binaryCrossEntropy())).toBe(0)
  expect(leastLossOf(numbered([-3, 8]), meanSquaredError())).toBe(0)
})

it('a constant answer has no loss to begin from where it is the best there is', () => {
  expect(blindLossOf(labelled([1, 1, 1]), crossEntropy({ labelSmoothing: 0.3 }))).toBeUndefined()
  expect(blindLossOf(labelled([0, 1, 2]), crossEntropy({ labelSmoothing: 0.3 }))).toBeCloseTo(Math.log(3), 10)
})
