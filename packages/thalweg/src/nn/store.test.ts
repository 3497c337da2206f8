import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../backend/index.ts'
import { random } from '../base/index.ts'
import { createEngine } from '../compile/index.ts'
import { zeros } from './initializers/constant.ts'
import { he } from './initializers/scaled.ts'
import { smallRandom } from './initializers/small-random.ts'
import { createStore, type Store } from './store.ts'

const engine = createEngine(referenceBackend())

function ask(store: Store, path: string, shape = [3, 4]): ReturnType<Store['parameter']> {
  return store.parameter({ path, shape, initialize: he() })
}

describe('parameters', () => {
  it('are made once and found by path', () => {
    const store = createStore({ seed: 1, engine })
    const variable = ask(store, 'dense1.weight')
    expect(ask(store, 'dense1.weight')).toBe(variable)
    expect(variable).toMatchObject({ name: 'dense1.weight', shape: [3, 4], dtype: 'float32', trainable: true })
    expect(store.parameters().map(({ path }) => path)).toEqual(['dense1.weight'])
    expect(store.states()).toEqual([])
  })

  it('begin with values that depend on seed and path alone, not on the order of asking', () => {
    const [first, second, other] = [1, 1, 2].map((seed) => createStore({ seed, engine }))
    ask(first, 'a')
    ask(first, 'b')
    ask(second, 'b')
    ask(other, 'b')
    expect(second.save().b).toEqual(first.save().b)
    expect(first.save().a.data).not.toEqual(first.save().b.data)
    expect(other.save().b.data).not.toEqual(first.save().b.data)
    expect(first.entries.get('b')?.initial()).toEqual(first.save().b.data)
  })

  it('are drawn by an initializer of the store, biases left out', () => {
    const store = createStore({ engine, initializer: smallRandom({ scale: 5 }) })
    const plain = createStore({ engine })
    for (const each of [store, plain]) {
      ask(each, 'weight')
      each.parameter({ path: 'bias', shape: [4], initialize: zeros(), decay: false })
      each.parameter({ path: 'table', shape: [2, 2], initialize: zeros(), decay: false })
    }
    const drawn = smallRandom({ scale: 5 })([3, 4], { in: 3, out: 4 }, random(0, 'nn/weight'))
    expect([...store.save().weight.data]).toEqual([...drawn])
    expect(store.save().bias).toEqual(plain.save().bias)
    expect(store.save().table).toEqual(plain.save().table)
  })

  it('keep their shape', () => {
    const store = createStore({ engine })
    ask(store, 'dense1.weight', [3, 4])
    expect(() => ask(store, 'dense1.weight', [5, 4])).toThrow(
      /dense1.weight: a value keeps the shape.*\nreceived: \[3,4\] before, \[5,4\] now\ntry: /,
    )
  })

  it('refuse an initializer that gives another number of values', () => {
    const store = createStore({ engine })
    const bad = { path: 'a', shape: [2, 2], initialize: () => new Float64Array(3) }
    expect(() => store.parameter(bad)).toThrow(/received: 3 values for \[2,2\]/)
  })

  it('are marked for weight decay unless they say no; states never are', () => {
    const store = createStore({ engine })
    store.parameter({ path: 'w', shape: [1], initialize: zeros() })
    store.parameter({ path: 'b', shape: [1], initialize: zeros(), decay: false })
    store.state({ path: 's', shape: [2], initial: 1, dtype: 'float32' })
    expect([...store.entries.values()].map(({ path, decay }) => [path, decay])).toEqual([
      ['w', true],
      ['b', false],
      ['s', false],
    ])
    expect(store.states().map(({ path }) => path)).toEqual(['s'])
    expect([...store.save().s.data]).toEqual([1, 1])
  })
})

describe('loading', () => {
  const array = (values: number[]) => ({
    shape: [values.length],
    dtype: 'float32' as const,
    data: Float64Array.from(values),
  })

  it('sets what is there, and keeps the rest until it is asked for', () => {
    const store = createStore({ engine })
    ask(store, 'now', [2])
    store.load({ now: array([1, 2]), later: array([3, 4]), never: array([5]) })
    expect([...store.save().now.data]).toEqual([1, 2])
    expect(store.unclaimed()).toEqual(['later', 'never'])
    ask(store, 'later', [2])
    expect([...store.save().later.data]).toEqual([3, 4])
    expect(store.unclaimed()).toEqual(['never'])
  })

  it('takes nothing at all where one shape does not fit', () => {
    const store = createStore({ engine })
    ask(store, 'a', [2])
    ask(store, 'b', [2])
    const before = store.save()
    expect(() => store.load({ a: array([1, 2]), b: array([1, 2, 3]) })).toThrow(/b: a value keeps the shape/)
    expect(store.save()).toEqual(before)
  })

  it('checks a waiting array when its parameter comes', () => {
    const store = createStore({ engine })
    store.load({ a: array([1, 2, 3]) })
    expect(() => ask(store, 'a', [2])).toThrow(/a: a value keeps the shape/)
    expect(() => store.load({ c: { shape: [4], dtype: 'float32', data: new Float64Array(3) } })).toThrow(
      /3 values for \[4\]/,
    )
  })

  it('gives its memory back', () => {
    const store = createStore({ engine })
    const variable = ask(store, 'a', [2])
    expect(engine.has(variable)).toBe(true)
    store.release()
    expect(engine.has(variable)).toBe(false)
    expect(store.entries.size).toBe(0)
    const refused = expect.objectContaining({ code: 'nn/released-store' })
    for (const use of [() => ask(store, 'a', [2]), () => store.save(), () => store.load({})])
      expect(use).toThrow(refused)
  })
})
