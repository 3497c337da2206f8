/** The norms that are not in test/vectors, against PyTorch 1.13's figures and Caffe's formula written out. */
import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { createEngine, evaluate } from '../compile/index.ts'
import { gradients, mul, sum, tensor, zeros } from '../tensor/index.ts'
import { forward } from './forward.ts'
import { groupNorm } from './group-norm.ts'
import { instanceNorm } from './instance-norm.ts'
import type { Layer } from './layer.ts'
import { layerNorm } from './layer-norm.ts'
import { localResponseNorm } from './local-response-norm.ts'
import { rmsNorm } from './rms-norm.ts'
import { createStore } from './store.ts'

const engine = createEngine(referenceBackend())
const wave = (shape: readonly number[], f: (i: number) => number) => {
  const size = shape.reduce((a, b) => a * b, 1)
  return tensor(
    Float64Array.from({ length: size }, (_, i) => f(i + 1)),
    shape,
  )
}

/** Output for sin 1, sin 2, ... and the gradient of its product with cos 1, cos 2, ... */
function replay(layer: Layer, shape: readonly number[], parameters: Readonly<Record<string, number[]>> = {}) {
  const store = createStore({ engine })
  for (const [path, values] of Object.entries(parameters)) {
    store.load({ [path]: { shape: [values.length], dtype: 'float32', data: Float64Array.from(values) } })
  }
  const x = wave(shape, Math.sin)
  const output = forward(layer, x, { store, training: false })
  const [slope] = gradients(sum(mul(output, wave(shape, Math.cos))), [x])
  const [values, slopes] = evaluate([output.node, slope.node], engine)
  store.release()
  return { values, slopes }
}

function near(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length)
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i] - value)).toBeLessThan(1e-10)
}

describe('instance norm', () => {
  const affine = { gamma: [1.5, -2], beta: [0.25, 1] }
  // torch.nn.functional.instance_norm(x, weight, bias, eps=1e-3) in float64, channels moved to the end; gradients through
  // its formula written in tensor operations (1.13's own backward is wrong for one image with a strided gradient).
  it.each([
    [
      [2, 3, 2],
      [
        1.93583044715, -1.71400400571, 0.519445629859, 3.03776303263, -1.70527607701, 1.67624097308, 1.55094153456,
        -1.8256861456, 1.04844141559, 2.42316218979, -1.84938295015, 2.40252395581,
      ],
      [
        1.1594365018, 0.794474156839, -1.89745210526, 1.9763697167, 0.738015603459, -2.77084387354, 1.5551178101,
        0.0118603312359, -1.82446114708, 2.32663742044, 0.269343336979, -2.33849775167,
      ],
    ],
    [
      [1, 2, 2, 2],
      [
        1.68583288093, -0.839834801765, 0.187880411221, 3.57908060362, -2.16495995711, 2.31293039989, 1.29124666496,
        -1.05217620174,
      ],
      [
        0.521471445013, 0.739660585395, -2.41796379265, 1.83768363642, 0.830271322529, -2.57668693336, 1.06622102511,
        -0.000657288463538,
      ],
    ],
  ])('over %j', (shape, output, slopes) => {
    const found = replay(instanceNorm({ epsilon: 1e-3 }), shape, affine)
    near(found.values, output)
    near(found.slopes, slopes)
  })

  it('over volumes as over images of the same pixels', () => {
    const image = replay(instanceNorm({ gamma: false, beta: false }), [2, 4, 3, 2])
    const volume = replay(instanceNorm({ gamma: false, beta: false }), [2, 2, 2, 3, 2])
    expect(volume.values).toEqual(image.values)
  })

  it('is group norm of one channel a group', () => {
    const groups = replay(groupNorm(3), [2, 4, 5, 3])
    near(replay(instanceNorm(), [2, 4, 5, 3]).values, [...groups.values])
  })

  it('needs pixels', () => {
    const store = createStore({ engine: 'none' })
    expect(() => forward(instanceNorm(), zeros([4, 3]), { store, training: false })).toThrow(
      /instanceNorm: the input must be \[batch, ..., channels\] with an axis in between\nreceived: \[4,3\]\ntry: /,
    )
  })
})

it('group norm of one group is layer norm of a vector', () => {
  near(replay(groupNorm(1), [3, 6]).values, [...replay(layerNorm(), [3, 6]).values])
})

it('rms norm divides by the root mean square, mean and all', () => {
  const { values } = replay(rmsNorm({ epsilon: 1e-3 }), [2, 3], { gamma: [1, -2, 3] })
  const expected = [1, 4].flatMap((first) => {
    const row = [first, first + 1, first + 2].map(Math.sin)
    const size = Math.sqrt(row.reduce((total, value) => total + value ** 2 / 3, 0) + 1e-3)
    return row.map((value, i) => (value / size) * [1, -2, 3][i])
  })
  near(values, expected)
})

describe('local response norm', () => {
  it("within channels, as Caffe's WITHIN_CHANNEL: squares of the window over size^2, beyond the edge zeros", () => {
    const [height, width, channels, size] = [3, 4, 2, 3]
    const { values } = replay(localResponseNorm({ region: 'withinChannel', size, alpha: 0.5 }), [1, 3, 4, 2])
    const at = (row: number, column: number, channel: number) =>
      row < 0 || column < 0 || row >= height || column >= width
        ? 0
        : Math.sin((row * width + column) * channels + channel + 1)
    const expected: number[] = []
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++)
        for (let channel = 0; channel < channels; channel++) {
          let energy = 0
          for (const down of [-1, 0, 1])
            for (const right of [-1, 0, 1]) energy += at(row + down, column + right, channel) ** 2
          expected.push(at(row, column, channel) * (1 + (0.5 / size ** 2) * energy) ** -0.75)
        }
    near(values, expected)
  })

  it("the paper's alpha is one over size of Caffe's", () => {
    const paper = { k: 2, alpha: 1e-1, beta: 0.75, size: 5 }
    const { values } = replay(localResponseNorm({ ...paper, alpha: paper.size * paper.alpha }), [1, 7])
    const a = Array.from({ length: 7 }, (_, i) => Math.sin(i + 1))
    const expected = a.map((value, i) => {
      const energy = a.slice(Math.max(0, i - 2), i + 3).reduce((total, each) => total + each ** 2, 0)
      return value / (paper.k + paper.alpha * energy) ** paper.beta
    })
    near(values, expected)
  })

  it('refuses a window without a middle', () => {
    expect(() => localResponseNorm({ region: 'withinChannel', size: 4 })).toThrow(
      /size must be odd.*\nreceived: size 4/,
    )
  })
})
