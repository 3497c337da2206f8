import { describe, expect, test } from 'vitest'
import { random, sizeOf } from '../base/index.ts'
import { arrays, type Dataset } from '../data/index.ts'
import {
  batchNorm,
  build,
  conv2d,
  createStore,
  crossEntropy,
  dense,
  dropout,
  flatten,
  type Layer,
  type Loss,
  maxout,
  maxPool2d,
  meanSquaredError,
  named,
  relu,
  sequential,
  smallRandom,
  tanh,
  zeros,
} from '../nn/index.ts'
import { l1, l2, type Penalty } from '../optim/index.ts'
import * as t from '../tensor/index.ts'
import { gradientCheck } from './gradient-check.ts'

function examples(inputShape: readonly number[], classes = 3, size = 6): Dataset {
  const draw = random(1, 'examples')
  return arrays({
    inputs: Float32Array.from({ length: size * sizeOf(inputShape) }, () => draw.normal()),
    inputShape,
    labels: Int32Array.from({ length: size }, (_, i) => i % classes),
    classes: Array.from({ length: classes }, (_, i) => `class ${i}`),
  })
}

const loss = crossEntropy()
const all = { samples: 'all', examples: 6 } as const

/** dense, with a derivative written by hand: `mistake` changes the gradients of x [B, I], weight [I, O] and bias [O]. */
function handWritten(
  units: number,
  mistake: (gradients: { g: t.Tensor; x: t.Tensor; weight: t.Tensor; bias: t.Tensor }) => Partial<{
    x: t.Tensor
    weight: t.Tensor
    bias: t.Tensor
  }> = () => ({}),
): Layer {
  const affine = t.customGradient(
    (x: t.Tensor, weight: t.Tensor, bias: t.Tensor) => t.add(t.matmul(x, weight), bias),
    (g, { xs: [x, weight] }) => {
      const right = {
        x: t.matmul(g, weight, { transposeB: true }),
        weight: t.matmul(x, g, { transposeA: true }),
        bias: t.sum(g, { axes: 0 }),
      }
      const now = { ...right, ...mistake({ g, ...right }) }
      return [now.x, now.weight, now.bias]
    },
  )
  return {
    kind: 'handWritten',
    options: {},
    forward: (x, scope) =>
      affine(
        x,
        scope.parameter('weight', [x.shape[1], units], smallRandom({ scale: 0.5 })),
        scope.parameter('bias', [units], smallRandom({ scale: 0.5 })),
      ),
  }
}

/** A long short-term memory (Hochreiter and Schmidhuber 1997) over [B, T, I], written by hand; gives its last state. */
function memory(units: number): Layer {
  return {
    kind: 'memory',
    options: { units },
    forward(x, scope) {
      const [batch, steps, width] = x.shape
      const ofInput = scope.parameter('ofInput', [width, 4 * units], smallRandom({ scale: 0.4 }))
      const ofState = scope.parameter('ofState', [units, 4 * units], smallRandom({ scale: 0.4 }))
      const bias = scope.parameter('bias', [4 * units], zeros())
      let state = t.zeros([batch, units])
      let cell = t.zeros([batch, units])
      for (let step = 0; step < steps; step++) {
        const now = t.reshape(t.slice(x, [0, step, 0], [-1, 1, -1]), [batch, width])
        const sums = t.add(t.add(t.matmul(now, ofInput), t.matmul(state, ofState)), bias)
        const [input, forget, output, candidate] = t.split(sums, 4, 1)
        cell = t.add(t.mul(t.sigmoid(forget), cell), t.mul(t.sigmoid(input), t.tanh(candidate)))
        state = t.mul(t.sigmoid(output), t.tanh(cell))
      }
      return state
    },
  }
}

describe('right networks pass', () => {
  const dropped = sequential(dense(8), batchNorm(), relu(), dropout({ rate: 0.4 }), dense(3))
  const images = sequential(
    conv2d(4, 3, { padding: 'same' }),
    maxPool2d(2),
    conv2d(4, 2),
    maxout(),
    flatten(),
    dense(3),
  )

  test.each([
    ['dense, batch norm, ReLU, dropout', dropped, [5], true],
    ['the same as at test time', dropped, [5], false],
    ['convolution, pooling, maxout', images, [4, 4, 2], true],
    ['a recurrent network written by hand', sequential(memory(3), dense(3)), [4, 2], true],
  ] as const)('%s', async (_, model, inputShape, training) => {
    const options = { data: examples(inputShape), loss, training, inputs: true, samples: 8 }
    const report = await gradientCheck(model, options)
    expect(report.worstRelativeError).toBeLessThan(1e-6)
    expect(report.passed).toBe(true)
    expect(report.parameters.map(({ path }) => path)).toContain('inputs')
    const asked = report.parameters.reduce((sum, { shape }) => sum + Math.min(8, sizeOf(shape)), 0)
    expect(report.checked + report.kinks).toBe(asked)
    expect(report.kinks).toBeLessThan(2)
  })

  test('numbers as targets', async () => {
    const data = arrays({
      inputs: Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
      inputShape: [3],
      numbers: Float32Array.of(1, -1, 0.5, 2),
    })
    const model = sequential(dense(4), tanh(), dense(1))
    const report = await gradientCheck(model, { data, loss: meanSquaredError(), samples: 'all' })
    expect(report).toMatchObject({ passed: true, kinks: 0, examples: 4, checked: 3 * 4 + 4 + 4 + 1 })
  })
})

describe('a mistake is found, and the parameter named', () => {
  const wrongOnes = async (layer: Layer) => {
    const model = sequential(dense(4), tanh(), layer, tanh(), dense(3))
    const { passed, parameters } = await gradientCheck(model, { data: examples([4]), loss, ...all })
    const wrong = parameters.filter(({ verdict }) => verdict === 'wrong')
    // The worst first, whatever is right below.
    expect(parameters.slice(0, wrong.length)).toEqual(wrong)
    expect(passed).toBe(wrong.length === 0)
    return wrong.map(({ path }) => path).sort()
  }

  test('none is made up', async () => {
    expect(await wrongOnes(handWritten(6))).toEqual([])
  })

  test('a wrong sign', async () => {
    expect(await wrongOnes(handWritten(6, ({ bias }) => ({ bias: t.neg(bias) })))).toEqual(['handWritten1.bias'])
  })

  test('a forgotten factor, however close to 1', async () => {
    const mistake = handWritten(6, ({ weight }) => ({ weight: t.mul(weight, 1.0001) }))
    expect(await wrongOnes(mistake)).toEqual(['handWritten1.weight'])
  })

  test('a sum over the wrong axis, which has the right size by chance', async () => {
    expect(await wrongOnes(handWritten(6, ({ g }) => ({ bias: t.sum(g, { axes: 1 }) })))).toEqual(['handWritten1.bias'])
  })

  test('a wrong gradient for the input shows in everything before it', async () => {
    const mistake = handWritten(6, ({ g, weight }) => ({
      x: t.matmul(g, t.square(weight).mul(0).add(1), { transposeB: true }),
    }))
    expect(await wrongOnes(mistake)).toEqual(['dense1.bias', 'dense1.weight'])
  })

  test('a stop that should not be there', async () => {
    const stopped: Loss = { ...loss, forward: (y, labels) => loss.forward(t.add(y, t.stopGradient(y)), labels) }
    const report = await gradientCheck(dense(3), { data: examples([2]), loss: stopped, ...all })
    expect(report.passed).toBe(false)
    expect(report.worstRelativeError).toBeCloseTo(0.5, 6)
  })

  test('a gradient of NaN where the loss has a slope, and it comes first', async () => {
    const stuck = t.customGradient(
      (x) => x,
      (g) => [t.mul(g, Number.NaN)],
    )
    const { passed, parameters, worstRelativeError } = await gradientCheck(
      sequential(dense(3), (x: t.Tensor) => stuck(x), dense(3)),
      { data: examples([2]), loss, ...all },
    )
    expect(passed).toBe(false)
    expect(worstRelativeError).toBeNaN()
    expect(parameters.slice(0, 2).map(({ verdict }) => verdict)).toEqual(['wrong', 'wrong'])
    expect(parameters.at(-1)?.verdict).toBe('right')
  })
})

test('says of a loss that is no number that it has no slope, and not that gradients are wrong', async () => {
  const model = sequential(dense(3), (x: t.Tensor) => t.log(x))
  const { passed, loss: here, parameters } = await gradientCheck(model, { data: examples([2]), loss, ...all })
  expect(here).toBeNaN()
  expect(passed).toBe(false)
  expect(parameters.map(({ verdict }) => verdict)).toEqual(['spoilt', 'spoilt'])
})

describe('a penalty', () => {
  const model = sequential(dense(4), tanh(), dense(3))
  const check = (options: object) => gradientCheck(model, { data: examples([4]), loss, ...all, ...options })

  test('is part of the loss that is checked, of the weights alone', async () => {
    const [without, spared] = [await check({}), await check({ penalty: l2(0.1) })]
    expect(spared).toMatchObject({ passed: true, checked: without.checked })
    const slopesOf = ({ parameters }: typeof spared, path: string) =>
      parameters.find((parameter) => parameter.path === path)?.worst?.derived
    expect(spared.loss).toBeGreaterThan(without.loss + 0.1)
    expect(slopesOf(spared, 'dense2.weight')).not.toBe(slopesOf(without, 'dense2.weight'))
  })

  test('has kinks of its own: weights of zero under L1', async () => {
    const zero = sequential(dense(4, { initializer: zeros() }), tanh(), dense(3))
    const { passed, parameters } = await gradientCheck(zero, { data: examples([4]), loss, penalty: l1(0.1), ...all })
    expect(passed).toBe(true)
    expect(parameters.filter(({ verdict }) => verdict === 'kinks').map(({ path }) => path)).toEqual(['dense1.weight'])
  })

  test('a wrong one is found, where its group lets it act', async () => {
    const half: Penalty = { name: 'half', options: {}, value: (w) => t.sum(t.mul(w, t.stopGradient(w))) }
    const groups = [{ match: 'dense1', penalty: 'none' }]
    const { parameters } = await check({ penalty: half, groups })
    expect(parameters.filter(({ verdict }) => verdict === 'wrong').map(({ path }) => path)).toEqual(['dense2.weight'])
  })
})

describe('kinks', () => {
  test('weights of zero before a ReLU: kinks are reported, nothing is called wrong', async () => {
    const model = sequential(dense(4, { initializer: zeros() }), relu(), dense(3))
    const report = await gradientCheck(model, { data: examples([5]), loss, ...all })
    const verdicts = Object.fromEntries(report.parameters.map(({ path, verdict }) => [path, verdict]))
    expect(verdicts).toEqual({
      'dense1.weight': 'kinks',
      'dense1.bias': 'kinks',
      'dense2.weight': 'right',
      'dense2.bias': 'right',
    })
    expect(report).toMatchObject({ passed: true, kinks: 5 * 4 + 4 })
  })

  test('ties in a pooling window', async () => {
    // Images of one grey: every window ties, and each pixel of one alone moves.
    const data = arrays({
      inputs: new Float32Array(2 * 16).fill(0.5),
      inputShape: [4, 4, 1],
      labels: Int32Array.of(0, 1),
      classes: ['a', 'b'],
    })
    const model = sequential(maxPool2d(2), flatten(), dense(2))
    const report = await gradientCheck(model, { data, loss, inputs: true, ...all })
    const ofInputs = report.parameters.find(({ path }) => path === 'inputs')
    expect(ofInputs).toMatchObject({ verdict: 'kinks', kinks: 32, checked: 0 })
    expect(report.passed).toBe(true)
    expect(report.parameters.at(-1)).toBe(ofInputs)
  })
})

describe('nothing is touched', () => {
  test('neither the values of the store nor its entries', async () => {
    const model = sequential(dense(4), batchNorm(), relu(), dropout(), dense(3))
    const store = createStore({ seed: 3 })
    await gradientCheck(model, { data: examples([5]), loss, store })
    expect(store.entries.size).toBe(0)

    const data = examples([5])
    store.load({ 'dense1.bias': { shape: [4], dtype: 'float32', data: Float32Array.of(1, 2, 3, 4) } })
    build(model, t.zeros([2, 5]), store)
    const before = JSON.stringify(store.save())
    const report = await gradientCheck(model, { data, loss, store, ...all })
    expect(report.passed).toBe(true)
    expect(JSON.stringify(store.save())).toBe(before)
  })

  test('a store is checked where it stands: other weights, another loss', async () => {
    const model = sequential(dense(4), relu(), dense(3))
    const [one, other] = [1, 2].map((seed) => {
      const store = createStore({ seed })
      return gradientCheck(model, { data: examples([5]), loss, store })
    })
    expect((await one).loss).not.toBe((await other).loss)
  })

  test('the same seed gives the same report', async () => {
    const model = sequential(dense(16), relu(), dropout(), dense(3))
    const check = (seed: number) => gradientCheck(model, { data: examples([5]), loss, seed, samples: 3 })
    expect(JSON.stringify(await check(5))).toBe(JSON.stringify(await check(5)))
    expect((await check(5)).loss).not.toBe((await check(6)).loss)
  })
})

describe('how it is asked and answers', () => {
  test('tells of each parameter as it goes, and can be called off', async () => {
    const model = sequential(dense(4), tanh(), dense(3))
    const told: string[] = []
    const stop = new AbortController()
    const onParameter = ({ path }: { path: string }, { done, total }: { done: number; total: number }) => {
      told.push(`${path} ${done}/${total}`)
      if (done === 2) stop.abort()
    }
    const check = gradientCheck(model, { data: examples([2]), loss, onParameter, signal: stop.signal })
    await expect(check).rejects.toThrow(/abort/)
    expect(told).toEqual(['dense1.weight 1/4', 'dense1.bias 2/4'])
  })

  test('fits into 80 columns, the end of the path being what matters', async () => {
    const wrongSign = ({ weight }: { weight: t.Tensor }) => ({ weight: t.neg(weight) })
    const model = sequential(named('anEncoderOfManyWords', sequential(handWritten(120, wrongSign))), dense(3))
    const report = await gradientCheck(model, { data: examples([20]), loss, inputs: true, samples: 2 })
    const lines = String(report).split('\n')
    expect(lines).toHaveLength(6)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
    expect(lines[1]).toMatch(/^wrong {2}….*handWritten1[.]weight\[\d+,\d+\] +2[.]0e\+0 /)
  })

  test('refuses what makes no sense', async () => {
    const model = dense(3)
    const ask = (options: object) => gradientCheck(model, { data: examples([2]), loss, ...options })
    await expect(ask({ samples: 0 })).rejects.toThrow("samples must be a whole number of at least 1, or 'all'")
    await expect(ask({ examples: 1.5 })).rejects.toThrow('examples must be')
    await expect(ask({ seed: -1 })).rejects.toThrow('seed must be')
    await expect(ask({ tolerance: 0 })).rejects.toThrow('tolerance must be')
    const none = gradientCheck(flatten(), { data: examples([3]), loss })
    await expect(none).rejects.toThrow('the model must have parameters')
  })
})
