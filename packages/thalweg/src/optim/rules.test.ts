/** Clipping, penalties, constraints, averages and groups by themselves; test/train/rules.test.ts has them in training. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { createEngine } from '../compile/index.ts'
import { gradients, scalar, type Tensor, tensor } from '../tensor/index.ts'
import { adam } from './adam.ts'
import { type Average, ema, swa } from './average.ts'
import { type Clip, clipByGlobalNorm, clipByNorm, clipByValue } from './clip.ts'
import { maxNorm, nonNegative, unitNorm } from './constraint.ts'
import { checkMembers, type ParameterGroup, rulesOf } from './groups.ts'
import { elasticNet, l1, l2, type Penalty } from './penalty.ts'
import { checkRules, describeRules, momentumAt } from './rules.ts'
import { linear } from './schedules/linear.ts'
import { sgd } from './sgd.ts'
import { followed } from './update.ts'

const engine = createEngine(referenceBackend())

function expectClose(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length)
  for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 12)
}

describe('clipping', () => {
  /** What torch.nn.utils of PyTorch 1.13 leaves of these two gradients. */
  const cases: readonly (readonly [string, Clip, readonly number[], readonly number[]])[] = [
    [
      'clip_grad_norm_ by 5',
      clipByGlobalNorm(5),
      [0.17641870593341705, -0.23522494124455606, 0, 0.7056748237336682],
      [0.029403117655569508, -0.11761247062227803, 4.939723766135677],
    ],
    ['clip_grad_norm_ by 500', clipByGlobalNorm(500), [3, -4, 0, 12], [0.5, -2, 84]],
    [
      'clip_grad_norm_ of each alone by 20',
      clipByNorm(20),
      [3, -4, 0, 12],
      [0.11901178118459262, -0.47604712473837046, 19.99397923901156],
    ],
    ['clip_grad_value_ by 2.5', clipByValue(2.5), [2.5, -2.5, 0, 2.5], [0.5, -2, 2.5]],
  ]

  it.each(cases)('is %s', (_, clip, first, second) => {
    const clipped = clip.apply([
      tensor([
        [3, -4],
        [0, 12],
      ]),
      tensor([0.5, -2, 84]),
    ])
    expectClose(clipped[0].read(engine), first)
    expectClose(clipped[1].read(engine), second)
  })

  it('leaves zeros, and no parameters at all, as they are', () => {
    for (const clip of [clipByGlobalNorm(1), clipByNorm(1), clipByValue(1)]) {
      expect(clip.apply([])).toEqual([])
      expectClose(clip.apply([tensor([0, 0])])[0].read(engine), [0, 0])
    }
  })

  it.each([clipByGlobalNorm, clipByNorm, clipByValue])('refuses what is no size', (make) => {
    for (const size of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => make(size)).toThrow(/must be a finite number above 0\nreceived: .*\ntry: give a/)
    }
  })
})

describe('penalties', () => {
  const penalties: readonly (readonly [string, Penalty, (w: readonly number[]) => number])[] = [
    ['l1', l1(0.3), (w) => w.reduce((sum, x) => sum + 0.3 * Math.abs(x), 0)],
    ['l2', l2(0.3), (w) => w.reduce((sum, x) => sum + 0.15 * x * x, 0)],
    [
      'elastic net',
      elasticNet({ l1: 0.2, l2: 0.5 }),
      (w) => w.reduce((sum, x) => sum + 0.2 * Math.abs(x) + 0.25 * x * x, 0),
    ],
  ]
  // Away from 0, where the absolute value has no derivative.
  const weight = fc.double({ min: 0.01, max: 3, noNaN: true }).chain((x) => fc.constantFrom(x, -x))

  it.each(penalties)('%s has the value of its formula and its central differences for a gradient', (_, penalty, by) => {
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 6 }), (w) => {
        const point = tensor(Float64Array.from(w))
        expect(penalty.value(point).item(engine)).toBeCloseTo(by(w), 10)
        const slopes = gradients(penalty.value(point), [point])[0].read(engine)
        for (const [i, x] of w.entries()) {
          const [above, below] = [1e-4, -1e-4].map((step) => by(w.with(i, x + step)))
          expect(slopes[i]).toBeCloseTo((above - below) / 2e-4, 8)
        }
      }),
      { numRuns: 25 },
    )
  })

  it('rest at 0', () => {
    const point = tensor([0, 0])
    for (const [, penalty] of penalties) {
      expectClose(gradients(penalty.value(point), [point])[0].read(engine), [0, 0])
    }
  })

  it('refuse negative strengths and unknown names', () => {
    expect(() => l1(-1)).toThrow(/l1: strength must be a finite number of at least 0\nreceived: strength -1\ntry: /)
    expect(() => l2(Number.NaN)).toThrow(/l2: strength/)
    expect(() => elasticNet({ l1: 1, l2: -1 })).toThrow(/elasticNet: l2/)
    expect(() => elasticNet({ L1: 1 } as never)).toThrow(/received: L1\ntry: did you mean "l1"/)
  })
})

describe('constraints', () => {
  const matrix = (): Tensor =>
    tensor([
      [3, 0.3, 0],
      [-4, 0.4, 0],
    ])

  it('by norm hold for the weights of each output', () => {
    expectClose(maxNorm(2).apply(matrix()).read(engine), [1.2, 0.3, 0, -1.6, 0.4, 0])
    expectClose(
      maxNorm(1, { axis: 0 })
        .apply(
          tensor([
            [3, -4],
            [0.3, 0.4],
          ]),
        )
        .read(engine),
      [0.6, -0.8, 0.3, 0.4],
    )
    const filters = tensor(Float64Array.of(3, 0.1, 0, 0.2, 4, 0, 0, 0.2), [2, 2, 1, 2])
    expectClose(maxNorm(1).apply(filters).read(engine), [0.6, 0.1, 0, 0.2, 0.8, 0, 0, 0.2])
  })

  it('can be equalities, and signs', () => {
    const unit = unitNorm().apply(matrix()).read(engine)
    for (const [i, value] of [0.6, 0.6, 0, -0.8, 0.8, 0].entries()) expect(unit[i]).toBeCloseTo(value, 5)
    expectClose(nonNegative().apply(matrix()).read(engine), [3, 0.3, 0, 0, 0.4, 0])
  })

  it('refuse what is no size', () => {
    expect(() => maxNorm(0)).toThrow(/maxNorm: limit must be a finite number above 0/)
  })
})

describe('averages', () => {
  /** 5 epochs of 4 updates; the weights are one number, which moves as it likes. */
  const moments = Array.from({ length: 20 }, (_, i) => ({
    update: i + 1,
    epoch: Math.floor(i / 4) + 1,
    endsEpoch: i % 4 === 3,
  }))
  const weights = moments.map(({ update }) => Math.sin(update) + 0.1 * update)

  function averagesOf(average: Average): number[] {
    let value = 7
    return moments.map((moment, i) => {
      const at = [value, weights[i], average.share(moment)].map((number) => scalar(number))
      value = followed(at[0], at[1], at[2]).item(engine)
      return value
    })
  }

  it('of the exponential kind keep a share, from the first weights on', () => {
    let value = 7
    const expected = weights.map((weight) => {
      value = 0.8 * value + 0.2 * weight
      return value
    })
    expectClose(averagesOf(ema({ decay: 0.8, beginning: 'none' })), expected)
  })

  it('are means of the weights that there were, each weighing by its age, where the beginning is corrected', () => {
    const expected = weights.map((_, last) => {
      const ages = weights.slice(0, last + 1).map((weight, i) => [weight, 0.8 ** (last - i)])
      const total = ages.reduce((sum, [, age]) => sum + age, 0)
      return ages.reduce((sum, [weight, age]) => sum + (weight * age) / total, 0)
    })
    expectClose(averagesOf(ema({ decay: 0.8 })), expected)
  })

  it('warm up with the number of updates', () => {
    let value = 7
    const expected = weights.map((weight, i) => {
      const kept = Math.min(0.8, (2 + i) / (11 + i))
      value = kept * value + (1 - kept) * weight
      return value
    })
    expectClose(averagesOf(ema({ decay: 0.8, beginning: 'warmUp' })), expected)
  })

  function meanOf(updates: readonly number[]): number {
    return updates.reduce((sum, update) => sum + weights[update - 1] / updates.length, 0)
  }

  it('of the stochastic kind are means over the ends of epochs, or over every so many updates', () => {
    const byEpoch = averagesOf(swa({ startEpoch: 2 }))
    expectClose(byEpoch.slice(0, 8), weights.slice(0, 8))
    expectClose(byEpoch.slice(11, 15), Array(4).fill(meanOf([8, 12])))
    expect(byEpoch[19]).toBeCloseTo(meanOf([8, 12, 16, 20]), 12)
    expect(averagesOf(swa({ startEpoch: 1, everyEpochs: 2 }))[19]).toBeCloseTo(meanOf([4, 12, 20]), 12)
    expect(averagesOf(swa({ startStep: 5, everySteps: 6 }))[19]).toBeCloseTo(meanOf([5, 11, 17]), 12)
    expect(averagesOf(swa({ startStep: 1 }))[19]).toBeCloseTo(meanOf(moments.map(({ update }) => update)), 12)
  })

  it('refuse shares and starts that are none', () => {
    expect(() => ema({ decay: 1 })).toThrow(/ema: decay must lie in \[0, 1\)/)
    expect(() => ema({ beginning: 'slow' as 'none' })).toThrow(/ema: beginning must be one of correct, warmUp, none/)
    expect(() => swa({ startEpoch: 0 })).toThrow(
      /swa: startEpoch must be a whole number of at least 1\nreceived: .*\ntry: .* number of an epoch/,
    )
    expect(() => swa({ startEpoch: 1, everySteps: 2 } as never)).toThrow(/^swa: .+\nreceived: .+\ntry: .+$/)
    expect(() => swa({ startEpoch: 1, startStep: 2 })).toThrow(/swa: counts epochs or steps, not both/)
  })
})

describe('groups', () => {
  const parameters = [
    { path: 'conv1.kernel', shape: [3, 3, 1, 8], decay: true },
    { path: 'conv1.bias', shape: [8], decay: false },
    { path: 'conv10.kernel', shape: [3, 3, 8, 8], decay: true },
    { path: 'head.weight', shape: [8, 2], decay: true },
  ]
  const main = sgd({ learningRate: 0.1, momentum: 0.9 })

  function ratesBy(groups: readonly ParameterGroup[]): number[] {
    return parameters.map((parameter) => rulesOf(parameter, { optimizer: main, groups }).rate)
  }

  it('match by expression, by path, by layer, by function; the first one counts', () => {
    expect(ratesBy([{ match: /^conv/g, rate: 2 }])).toEqual([2, 2, 2, 1])
    expect(ratesBy([{ match: 'conv1', rate: 2 }])).toEqual([2, 2, 1, 1])
    expect(ratesBy([{ match: 'conv1.bias', rate: 2 }])).toEqual([1, 2, 1, 1])
    expect(ratesBy([{ match: ({ shape }) => shape.length === 4, rate: 2 }])).toEqual([2, 1, 2, 1])
    expect(
      ratesBy([
        { match: /bias$/, rate: 2 },
        { match: /^conv1/, rate: 0 },
      ]),
    ).toEqual([0, 2, 0, 1])
  })

  it('spare biases from decay, penalties and constraints, unless told otherwise', () => {
    const shared = { optimizer: main, penalty: l2(1), constraint: maxNorm(1) }
    const [kernel, bias] = parameters.map((parameter) => rulesOf(parameter, shared))
    expect([kernel.decay, kernel.penalty, kernel.constraint]).toEqual([1, shared.penalty, shared.constraint])
    expect([bias.decay, bias.penalty, bias.constraint]).toEqual([0, undefined, undefined])
    const caffe = rulesOf(parameters[1], { ...shared, groups: [{ match: /./, decay: 2, spareBiases: false }] })
    expect([caffe.decay, caffe.penalty]).toEqual([2, shared.penalty])
    const free = rulesOf(parameters[0], { ...shared, groups: [{ match: /./, penalty: 'none', constraint: 'none' }] })
    expect([free.decay, free.penalty, free.constraint]).toEqual([1, undefined, undefined])
  })

  it('may have an optimizer of their own, whose rate follows in proportion', () => {
    const own = adam({ learningRate: 0.001 })
    const rules = rulesOf(parameters[3], { optimizer: main, groups: [{ match: 'head', optimizer: own, rate: 2 }] })
    expect(rules).toMatchObject({ optimizer: own, isMain: false })
    expect(rules.rate).toBeCloseTo(0.02, 15)
  })

  it('that nothing belongs to are refused, with what there is', () => {
    expect(() => checkMembers([{ match: 'conv1' }, { match: /^head/ }], parameters)).not.toThrow()
    expect(() => checkMembers([{ match: 'conv' }], parameters)).toThrow(
      /match at least one parameter\nreceived: match 'conv' for conv1.kernel \[3,3,1,8\], .*head.weight \[8,2\]\ntry: /,
    )
    expect(() => checkMembers([{ match: /^conv/ }, { match: 'conv1' }], parameters)).toThrow(
      /that no earlier one has\nreceived: match 'conv1' for conv1.kernel \[3,3,1,8\], conv1.bias \[8\]\ntry: put this/,
    )
  })

  it('refuse negative multipliers, unknown names, and a main rate of 0 beside another optimizer', () => {
    const act = (group: object) => () => checkRules({ groups: [{ match: 'head', ...group }] }, main)
    expect(act({ rate: -1 })).toThrow(/groups: rate must be a finite number of at least 0/)
    expect(act({ decay: -1 })).toThrow(/groups: decay must be a finite number of at least 0/)
    expect(act({ lr: 1 })).toThrow(/groups: the option must be one of those .*\nreceived: lr/)
    expect(() => checkRules({ groups: [{ match: 'head', optimizer: adam() }] }, sgd({ learningRate: 0 }))).toThrow(
      /the main one must have a rate above 0/,
    )
  })
})

describe('rules', () => {
  it('refuse what was not made, and a momentum that cannot be', () => {
    expect(() => checkRules({ clip: clipByValue as never }, sgd())).toThrow(
      /clip must be an object that has apply\nreceived: the function clipByValue\ntry: /,
    )
    expect(() => checkRules({ average: { decay: 0.9 } as never }, sgd())).toThrow(/\nreceived: an object with decay\n/)
    expect(() => checkRules({ penalty: 0.1 as never }, sgd())).toThrow(
      /penalty must be .* has value\nreceived: 0.1\ntry: give penalty/,
    )
    expect(() => checkRules({ accumulate: 0 }, sgd())).toThrow(/accumulate: accumulate must be a whole number/)
    expect(() => checkRules({ momentumSchedule: () => 0.5 }, sgd())).toThrow(/the optimizer must have a momentum/)
    const rising = linear({ from: 0.5, to: 0.9, steps: 4 })
    expect([0, 1, 4, 9].map((update) => momentumAt(rising, update))).toEqual([0.5, 0.6, 0.9, 0.9])
    expect(() => momentumAt(() => 1, 3)).toThrow(/a momentum must lie in \[0, 1\)\nreceived: 1 in update 3\ntry: /)
  })

  it('are described as plain data, and not at all where there are none', () => {
    expect(describeRules({ accumulate: 1, groups: [] })).toBeUndefined()
    const described = describeRules({
      groups: [{ match: /^a/, rate: 0, optimizer: sgd(), penalty: 'none' }],
      clip: clipByNorm(2),
      average: ema(),
    })
    expect(JSON.parse(JSON.stringify(described))).toEqual(described)
    expect(described).toMatchObject({
      groups: [{ match: '/^a/', rate: 0, penalty: 'none', optimizer: { name: 'sgd' } }],
      clip: { name: 'clipByNorm', options: { norm: 2 } },
      average: { name: 'ema', options: { decay: 0.999 } },
    })
  })
})
