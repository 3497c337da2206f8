/** Extremes and refusals of the losses; their values are held to PyTorch's in test/vectors. */
import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../../backend/index.ts'
import { createEngine, evaluate } from '../../compile/index.ts'
import { gradients, type Tensor, tensor, zeros } from '../../tensor/index.ts'
import { correctCount, squaredErrors } from '../metrics.ts'
import { binaryCrossEntropy } from './binary-cross-entropy.ts'
import { crossEntropy } from './cross-entropy.ts'
import { huber, smoothL1 } from './huber.ts'
import { klDivergence } from './kl-divergence.ts'
import type { Loss } from './loss.ts'
import { meanAbsoluteError } from './mean-absolute-error.ts'
import { meanSquaredError } from './mean-squared-error.ts'
import { multiMargin } from './multi-margin.ts'

const engine = createEngine(referenceBackend())

function lossOf(loss: Loss, output: Tensor, target: Tensor): { value: number; slopes: number[] } {
  const scalar = loss.forward(output, target)
  expect(scalar.shape).toEqual([])
  const [value, slopes] = evaluate([scalar.node, gradients(scalar, [output])[0].node], engine)
  return { value: value[0], slopes: [...slopes] }
}

const labels = (...values: number[]) => tensor(Int32Array.from(values))

describe('cross entropy', () => {
  it('of equal logits is the logarithm of the number of classes', () => {
    expect(lossOf(crossEntropy(), zeros([2, 5]), labels(0, 4)).value).toBeCloseTo(Math.log(5), 14)
  })

  it('stays finite for huge logits, right and wrong', () => {
    const { value, slopes } = lossOf(crossEntropy(), tensor([[1e30, 0, -1e30]]), labels(2))
    expect(value).toBe(2e30)
    expect(slopes).toEqual([1, 0, -1])
    expect(lossOf(crossEntropy(), tensor([[1e30, 0]]), labels(0)).value).toBe(0)
  })

  it('is not disturbed by a class that is ruled out', () => {
    const ruledOut = tensor([[0, 0, Number.NEGATIVE_INFINITY]])
    expect(lossOf(crossEntropy(), ruledOut, labels(1)).value).toBeCloseTo(Math.log(2), 14)
  })

  it('says NaN where a logit is NaN', () => {
    expect(lossOf(crossEntropy(), tensor([[Number.NaN, 0]]), labels(1)).value).toBeNaN()
  })

  it('is a mean: half a batch weighs as much as it has rows', () => {
    const row = [0.3, -1, 2]
    const whole = lossOf(crossEntropy(), tensor([row, row, row]), labels(0, 1, 2)).value
    const parts = [0, 1, 2].map((label) => lossOf(crossEntropy(), tensor([row]), labels(label)).value)
    expect(whole).toBeCloseTo((parts[0] + parts[1] + parts[2]) / 3, 14)
  })

  it('with smoothing is PyTorch 1.13: figures of cross_entropy(label_smoothing=0.1), the gradient too', () => {
    const logits = tensor([
      [1, 2, 3],
      [-1, 0.5, 0.25],
    ])
    const { value, slopes } = lossOf(crossEntropy({ labelSmoothing: 0.1 }), logits, labels(0, 1))
    expect(value).toBeCloseTo(1.5300257420898142, 12)
    const expected = [
      -0.42165138008148, 0.10569756886073, 0.31595381122074, 0.039062068858435, -0.21690780176006, 0.17784573290162,
    ]
    for (const [i, slope] of expected.entries()) expect(slopes[i]).toBeCloseTo(slope, 12)
  })

  it('with smoothing wants no certainty: the best logits give the label 1 - s + s / classes', () => {
    const best = Math.log((0.9 + 0.1 / 4) / (0.1 / 4))
    const { slopes } = lossOf(crossEntropy({ labelSmoothing: 0.1 }), tensor([[best, 0, 0, 0]]), labels(0))
    for (const slope of slopes) expect(Math.abs(slope)).toBeLessThan(1e-15)
    const { slopes: yes } = lossOf(
      binaryCrossEntropy({ labelSmoothing: 0.1 }),
      tensor([[Math.log(0.95 / 0.05)]]),
      tensor([[1]]),
    )
    expect(Math.abs(yes[0])).toBeLessThan(1e-15)
  })

  it('leaves classes of weight 0 out of the mean', () => {
    const weighted = crossEntropy({ classWeights: [1, 0, 1] })
    const logits = tensor([
      [1, 2, 3],
      [9, 9, 9],
    ])
    const alone = lossOf(crossEntropy(), tensor([[1, 2, 3]]), labels(0)).value
    expect(lossOf(weighted, logits, labels(0, 1)).value).toBeCloseTo(alone, 14)
  })
})

describe('losses of numbers', () => {
  it('huber is quadratic near and linear far; smooth L1 is its multiple', () => {
    const target = tensor([[0]])
    expect(lossOf(huber({ delta: 2 }), tensor([[1]]), target).value).toBeCloseTo(0.5, 14)
    expect(lossOf(huber({ delta: 2 }), tensor([[-5]]), target).value).toBeCloseTo(8, 14)
    expect(lossOf(smoothL1({ beta: 2 }), tensor([[-5]]), target).value).toBeCloseTo(4, 14)
  })

  it('binary cross entropy stays finite', () => {
    expect(lossOf(binaryCrossEntropy(), tensor([[1e4, -1e4]]), tensor([[0, 1]])).value).toBe(1e4)
    expect(lossOf(binaryCrossEntropy(), tensor([[1e4, -1e4]]), tensor([[1, 0]])).value).toBe(0)
  })

  it('divergence from a certain target is its cross entropy', () => {
    const logits = tensor([[0.3, -1, 2]])
    const entropy = lossOf(crossEntropy(), logits, labels(1))
    const divergence = lossOf(klDivergence(), logits, tensor([[0, 1, 0]]))
    expect(divergence.value).toBeCloseTo(entropy.value, 14)
    for (const i of [0, 1, 2]) expect(divergence.slopes[i]).toBeCloseTo(entropy.slopes[i], 14)
  })
})

describe('refusals', () => {
  const flat = tensor([1, 2])
  it.each([
    [
      () => crossEntropy().forward(zeros([2, 7, 7, 3]), labels(0, 1)),
      /end the model with dense\(classes\), after flatten/,
    ],
    [() => crossEntropy().forward(zeros([2, 3]), labels(0, 1, 2)), /output \[2,3\], labels int32 \[3\]/],
    [() => crossEntropy().forward(zeros([2, 3]), zeros([2])), /labels must be int32/],
    [() => binaryCrossEntropy({ labelSmoothing: -0.1 }), /binaryCrossEntropy: labelSmoothing must lie in \[0, 1\)/],
    [() => crossEntropy({ labelSmoothing: 1 }), /labelSmoothing must lie in \[0, 1\)/],
    [() => crossEntropy({ classWeights: [1, -1] }), /class weights must be finite/],
    [() => crossEntropy({ classWeights: [1, 1] }).forward(zeros([1, 3]), labels(0)), /one class weight for each class/],
    [
      () => meanSquaredError().forward(zeros([2, 1]), flat),
      /of one shape\nreceived: prediction \[2,1\], target float32 \[2\]/,
    ],
    [() => meanAbsoluteError().forward(zeros([2, 2]), zeros([2, 1])), /end the model with dense\(1\)/],
    [() => multiMargin().forward(zeros([2]), labels(0, 1)), /multiMargin: the model must end in logits/],
    [() => huber({ delta: 0 }), /huber: delta must be a finite number above 0/],
  ])('%s', (act, message) => {
    expect(act).toThrow(message)
  })
})

describe('metrics', () => {
  it('count right rows', () => {
    const logits = tensor([
      [1, 2],
      [3, 0],
      [0, 5],
    ])
    expect(correctCount(logits, labels(1, 0, 0)).item(engine)).toBe(2)
  })

  it('sum squared errors by column', () => {
    const prediction = tensor([
      [1, 2],
      [3, 4],
    ])
    expect([...squaredErrors(prediction, zeros([2, 2])).read(engine)]).toEqual([10, 20])
  })
})
