import { arrays, checkClasses, type Dataset, labelsOf, subset } from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { fails } from './fails.ts'

const floats = arrays({
  name: 'four',
  inputs: new Float32Array([1, 2, 3, 4, 5, 6, 7, 8]),
  inputShape: [2],
  labels: [1, 0, 2, 1],
})

function read(dataset: Dataset, rows: number[]): { inputs: number[]; targets: number[] } {
  const width = dataset.inputShape.reduce((a, b) => a * b, 1)
  const inputs = new Float32Array(rows.length * width)
  const { target } = dataset
  const targets =
    target.kind === 'class' ? new Int32Array(rows.length) : new Float32Array(rows.length * target.names.length)
  dataset.fill(Int32Array.from(rows), inputs, targets)
  return { inputs: [...inputs], targets: [...targets] }
}

describe('arrays', () => {
  it('copies the rows it is asked for', () => {
    expect(read(floats, [2, 0, 2])).toEqual({ inputs: [5, 6, 1, 2, 5, 6], targets: [2, 1, 2] })
    expect(floats.target).toEqual({ kind: 'class', classes: ['0', '1', '2'] })
    expect(labelsOf(floats)).toEqual(Int32Array.of(1, 0, 2, 1))
  })

  it('scales bytes to 0..1 on the way into the batch', () => {
    const bytes = arrays({ inputs: Uint8Array.of(0, 51, 255, 102), inputShape: [1, 2, 1], labels: [0, 1] })
    expect(read(bytes, [1, 0]).inputs).toEqual([1, Math.fround(0.4), 0, Math.fround(0.2)])
  })

  it('keeps several numbers per example', () => {
    const pairs = arrays({
      inputs: new Float32Array([1, 2]),
      inputShape: [1],
      numbers: new Float32Array([3, 4, 5, 6]),
      names: ['a', 'b'],
    })
    expect(read(pairs, [1, 0])).toEqual({ inputs: [2, 1], targets: [5, 6, 3, 4] })
    expect(labelsOf(pairs)).toBeUndefined()
  })

  it('takes plain numbers and rows of them, and reads the shape of an example off', async () => {
    const rows = arrays({
      inputs: [
        [0, 0.5],
        [1, 2],
        [3, 4],
      ],
      labels: [0, 1, 0],
    })
    expect(rows.inputShape).toEqual([2])
    expect(read(rows, [2, 0])).toEqual({ inputs: [3, 4, 0, 0.5], targets: [0, 0] })
    const flat = arrays({ inputs: [0, 0.5, 1, 2, 3, 4], labels: [0, 1, 0] })
    expect(await flat.fingerprint()).toBe(await rows.fingerprint())
    const pairs = arrays({
      inputs: Float64Array.of(1, 2),
      numbers: [
        [3, 4],
        [5, 6],
      ],
      names: ['a', 'b'],
    })
    expect(read(pairs, [1])).toEqual({ inputs: [2], targets: [5, 6] })
    const ragged = await fails('data/ragged-row', () => arrays({ inputs: [[1, 2, 3], [4]], labels: [0, 1] }))
    expect(ragged.received).toBe('1 numbers in row 1, 3 in row 0')
    await fails('data/unequal-count', () => arrays({ inputs: [1, 2, 3], labels: [0, 1] }))
    await fails('data/not-finite', () => arrays({ inputs: [1, Number.NaN], labels: [0, 1] }))
    // A program without types may forget the target.
    await fails('data/no-target', () => arrays({ inputs: [1, 2] } as unknown as Parameters<typeof arrays>[0]))
  })

  it('says where NaN and infinities are', async () => {
    const inputs = new Float32Array(12)
    inputs[7] = Number.NaN
    inputs[9] = Number.POSITIVE_INFINITY
    const flat = await fails('data/not-finite', () => arrays({ inputs, inputShape: [3], labels: [0, 0, 0, 0] }))
    expect(flat.received).toBe('NaN at row 2, column 1 (and 1 more)')
    const image = await fails('data/not-finite', () => arrays({ inputs, inputShape: [2, 3, 1], labels: [0, 0] }))
    expect(image.received).toBe('NaN at row 1, element [0,1,0] (and 1 more)')
    const numbers = new Float32Array([0, Number.NaN])
    await fails('data/not-finite', () => arrays({ inputs: new Float32Array(2), inputShape: [1], numbers }))
  })

  it.each([2, 3])('refuses %i labels for two and a half examples', async (count) => {
    const inputs = new Float32Array(5)
    await fails('data/unequal-count', () => arrays({ inputs, inputShape: [2], labels: new Array(count).fill(0) }))
  })

  it('refuses numbers that are no whole rows', async () => {
    const options = { inputs: new Float32Array(5), inputShape: [2], numbers: new Float32Array(5), names: ['a', 'b'] }
    await fails('data/unequal-count', () => arrays(options))
  })

  it.each([-1, 3, 0.5, Number.NaN])('refuses label %d of three classes', async (label) => {
    const classes = ['a', 'b', 'c']
    const error = await fails('data/bad-label', () =>
      arrays({ inputs: new Float32Array(2), inputShape: [1], labels: [0, label], classes }),
    )
    expect(error.received).toBe(`${label} at row 1`)
  })

  it('refuses slots and rows that do not fit', async () => {
    await fails('data/slot-size', () => floats.fill(Int32Array.of(0), new Float32Array(3), new Int32Array(1)))
    await fails('data/slot-size', () => floats.fill(Int32Array.of(0), new Float32Array(2), new Int32Array(2)))
    await fails('data/row-out-of-range', () => floats.fill(Int32Array.of(4), new Float32Array(2), new Int32Array(1)))
  })

  it('has a fingerprint that any changed value, label, name or shape changes', async () => {
    const make = (first: number, label: number, classes = ['a', 'b'], inputShape: number[] = [2]): Promise<string> =>
      arrays({ inputs: new Float32Array([first, 2, 3, 4]), inputShape, labels: [label, 1], classes }).fingerprint()
    const own = await make(1, 0)
    expect(own).toMatch(/^[0-9a-f]{64}$/)
    expect(await make(1, 0)).toBe(own)
    const others = await Promise.all([make(9, 0), make(1, 1), make(1, 0, ['a', 'c']), make(1, 0, ['a', 'b'], [2, 1])])
    expect(new Set([own, ...others]).size).toBe(5)
  })
})

describe('subset', () => {
  it('maps rows, also of a subset', () => {
    const part = subset(floats, Int32Array.of(3, 1, 3))
    expect(part.size).toBe(3)
    expect(read(part, [2, 1])).toEqual({ inputs: [7, 8, 3, 4], targets: [1, 0] })
    expect(read(subset(part, Int32Array.of(1)), [0])).toEqual({ inputs: [3, 4], targets: [0] })
  })

  it('may be empty, has a fingerprint of its own, and refuses rows that do not exist', async () => {
    expect(subset(floats, Int32Array.of()).size).toBe(0)
    const prints = await Promise.all([floats, subset(floats, Int32Array.of(0, 1))].map((one) => one.fingerprint()))
    expect(prints[0]).not.toBe(prints[1])
    await fails('data/row-out-of-range', () => subset(floats, Int32Array.of(-1)))
  })
})

describe('checkClasses', () => {
  it('names a class that only the test part has', async () => {
    const train = subset(floats, Int32Array.of(0, 1))
    const error = await fails('data/class-not-in-train', () => checkClasses(train, floats, 'test'))
    expect(error.received).toBe('class "2" only in the test split')
    expect(() => checkClasses(floats, train, 'valid')).not.toThrow()
  })
})
