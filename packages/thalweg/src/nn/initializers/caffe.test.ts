/** What is Caffe's alone; the distributions are held to their laws in initializers.test.ts. */
import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../../backend/index.ts'
import { random } from '../../base/index.ts'
import { createEngine, evaluate } from '../../compile/index.ts'
import { tensor } from '../../tensor/index.ts'
import { convTranspose2d } from '../conv-transpose2d.ts'
import { forward } from '../forward.ts'
import { createStore } from '../store.ts'
import { caffeFiller } from './caffe.ts'
import { fanOf } from './initializer.ts'

function filled(type: string, shape: readonly number[], options: object = {}): Float64Array {
  return caffeFiller({ type, ...options })(shape, { in: Number.NaN, out: Number.NaN }, random(5))
}

describe('caffeFiller', () => {
  it('gaussian keeps sparse of the weights that leave an input, and leaves those as they would be', () => {
    const [inputs, outputs, sparse] = [300, 50, 10]
    const values = filled('gaussian', [inputs, outputs], { std: 2, sparse })
    const whole = filled('gaussian', [inputs, outputs], { std: 2 })
    const kept = values.filter((value) => value !== 0).length
    // Binomial: five standard errors.
    const error = 5 * Math.sqrt(inputs * outputs * (sparse / outputs) * (1 - sparse / outputs))
    expect(Math.abs(kept - inputs * sparse)).toBeLessThan(error)
    values.forEach((value, i) => {
      if (value !== 0) expect(value).toBe(whole[i])
    })
    expect(() => filled('gaussian', [4, 3], { sparse: 5 })).toThrow(/sparse 5 must not be more than the outputs/)
  })

  it('positive_unitball: the weights into each output are positive and add up to 1', () => {
    const outputs = 6
    const values = filled('positive_unitball', [3, 3, 2, outputs])
    expect(values.every((value) => value > 0)).toBe(true)
    const sums = Array.from({ length: outputs }, (_, out) =>
      values.reduce((sum, value, i) => (i % outputs === out ? sum + value : sum), 0),
    )
    for (const sum of sums) expect(sum).toBeCloseTo(1, 12)
  })

  it('bilinear has the coefficients of filler.hpp', () => {
    const rowOf = (size: number) =>
      Array.from({ length: size }, (_, x) => filled('bilinear', [size, size, 1, 1])[x * size + (size >> 1)])
    // Evaluated from its formula in Python; the weight at the middle column is 3/4 for size 4, 1 for size 5.
    expect(rowOf(4)).toEqual([0.25, 0.75, 0.75, 0.25].map((weight) => weight * 0.75))
    rowOf(5).forEach((weight, x) => {
      expect(weight).toBeCloseTo([1 / 3, 2 / 3, 1, 2 / 3, 1 / 3][x], 14)
    })
  })

  it.each([2, 3])('bilinear enlarges a ramp to a ramp, %i times', (factor) => {
    const engine = createEngine(referenceBackend())
    const size = 5
    const ramp = Array.from({ length: size * size }, (_, i) => Math.floor(i / size) * 10 + (i % size))
    const padding = Math.ceil((factor - 1) / 2)
    const layer = convTranspose2d(1, 2 * factor - (factor % 2), {
      strides: factor,
      padding,
      bias: false,
      initializer: caffeFiller({ type: 'bilinear' }),
    })
    const image = tensor(Float32Array.from(ramp), [1, size, size, 1])
    const output = forward(layer, image, { store: createStore({ engine }), training: false })
    const wide = output.shape[2]
    const [values] = evaluate([output.node], engine)
    // Away from the border, where the picture is taken to be black: pixel (y, x) lies at ((y + 0.5) / factor - 0.5, ...).
    const place = (pixel: number) => (pixel + 0.5) / factor - 0.5
    for (let y = factor; y < wide - factor; y++)
      for (let x = factor; x < wide - factor; x++)
        expect(values[y * wide + x]).toBeCloseTo(10 * place(y) + place(x), 12)
  })

  it("counts fans as Caffe does, whatever the layer's groups are", () => {
    const shape = [3, 3, 2, 64]
    const values = filled('msra', shape, { variance_norm: 'FAN_OUT' })
    const variance = values.reduce((a, b) => a + b * b, 0) / values.length
    expect(Math.abs(variance / (2 / fanOf(shape).out) - 1)).toBeLessThan(5 * Math.sqrt(2 / values.length))
  })

  it.each([
    [{ type: 'msr' }, /caffeFiller: the type must be one of Caffe's\nreceived: 'msr'\ntry: did you mean "msra"/],
    [{ type: 'msra', std: 1 }, /caffe:msra: the option must be one of those that it has\nreceived: std/],
    [{ type: 'uniform', min: 2 }, /caffe:uniform: min must not be above max/],
    [{ type: 'xavier', variance_norm: 'FAN' as 'FAN_IN' }, /variance_norm must be one of FAN_IN, FAN_OUT, AVERAGE/],
    [{ type: 'gaussian', sparse: -2 }, /sparse must be a whole number of at least -1/],
  ])('refuses %j', (filler, message) => {
    expect(() => caffeFiller(filler)).toThrow(message)
  })
})
