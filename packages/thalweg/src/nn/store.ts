/**
 * Where a model's weights live: variables by path, `block2.conv1.kernel`, with their values in an engine. A model is a
 * description; a store is one trained (or not yet trained) copy of it. Values are drawn from the seed and the path alone,
 * so adding a layer does not change the first weights of the others.
 */

import { withinMemory } from '../backend/index.ts'
import {
  type DType,
  formatShape,
  random,
  type Shape,
  sameShape,
  sizeOf,
  ThalwegError,
  type TypedArray,
} from '../base/index.ts'
import { checkEngine, defaultEngine, type Engine } from '../compile/index.ts'
import { createVariable, type Variable } from '../graph/index.ts'
import { checkNames } from './checks.ts'
import { type Fan, fanOf, type Initializer } from './initializers/initializer.ts'

/** An array with its shape, as checkpoints keep it. */
export interface NamedArray {
  readonly shape: Shape
  readonly dtype: DType
  readonly data: TypedArray
}

export interface StoreEntry {
  readonly path: string
  readonly variable: Variable
  /** Whether weight decay applies; false for states, biases, gammas and betas. */
  readonly decay: boolean
  /** The first values, worked out again: the same ones each time. */
  readonly initial: () => TypedArray
}

export interface StoreOptions {
  /** Default 0. */
  readonly seed?: number
  /** Draws the weights, whatever the layers ask for: parameters of two axes or more that decay applies to. */
  readonly initializer?: Initializer
  /** Keeps the values. Default the shared one (wasm); `none` for a store of shapes alone, as a summary needs it. */
  readonly engine?: Engine | 'none'
}

export interface ParameterRequest {
  readonly path: string
  readonly shape: Shape
  readonly initialize: Initializer
  readonly fan?: Fan | undefined
  readonly decay?: boolean | undefined
}

export interface StateRequest {
  readonly path: string
  readonly shape: Shape
  readonly initial: number
  readonly dtype: DType
}

export interface Store {
  readonly seed: number
  /** Where the values are; undefined for a store of shapes alone. */
  readonly engine: Engine | undefined
  /** Everything by path, in the order in which the model asked for it. */
  readonly entries: ReadonlyMap<string, StoreEntry>
  /** What an optimizer may change, in the order in which the model asked for it. */
  parameters(): StoreEntry[]
  /** What the step changes without a gradient: running statistics. */
  states(): StoreEntry[]
  /** The parameter at a path: made the first time, checked to have the same shape ever after. */
  parameter(request: ParameterRequest): Variable
  state(request: StateRequest): Variable
  /** Copies of all values by path. */
  save(): Record<string, NamedArray>
  /**
   * Takes values by path. Those of paths that the model has not asked for yet wait until it does.
   *
   * @throws ThalwegError `nn/shape-changed` where an array has another shape than the model's; nothing is taken then
   */
  load(arrays: Readonly<Record<string, NamedArray>>): void
  /** Paths that were loaded and that the model never asked for: signs of another architecture. */
  unclaimed(): string[]
  /**
   * Gives the engine its memory back. Whatever asks it for values afterwards is refused with `nn/released-store`: it would get
   * first weights in the place of trained ones.
   */
  release(): void
}

export function createStore(options: StoreOptions = {}): Store {
  const { seed = 0, initializer, engine = defaultEngine() } = options
  checkNames('createStore', options, { seed, initializer, engine })
  if (engine !== 'none') checkEngine('createStore', engine)
  const entries = new Map<string, StoreEntry>()
  const waiting = new Map<string, NamedArray>()
  const values = engine === 'none' ? undefined : engine
  let isReleased = false

  function requireHeld(what: string): void {
    if (!isReleased) return
    throw new ThalwegError('nn/released-store', {
      rule: `${what}: a store that was released has no values`,
      received: 'a released store',
      try: 'release it when nothing needs its weights any more; save() copies them, and load() takes them into a new store',
    })
  }

  function claim(variable: Variable, decay: boolean, initial: () => TypedArray): Variable {
    const path = variable.name
    const loaded = waiting.get(path)
    if (loaded) requireShape(path, variable.shape, loaded.shape)
    values?.write(variable, loaded?.data ?? initial())
    waiting.delete(path)
    entries.set(path, { path, variable, decay, initial })
    return variable
  }

  function known(path: string, shape: Shape): Variable | undefined {
    const entry = entries.get(path)
    if (entry) requireShape(path, entry.variable.shape, shape)
    return entry?.variable
  }

  return {
    seed,
    engine: values,
    entries,
    parameters: () => [...entries.values()].filter(({ variable }) => variable.trainable),
    states: () => [...entries.values()].filter(({ variable }) => !variable.trainable),
    parameter({ path, shape, initialize, fan = fanOf(shape), decay = true }) {
      requireHeld(path)
      const draw = initializer && decay && shape.length >= 2 ? initializer : initialize
      const initial = () =>
        withinMemory(`${path} ${formatShape(shape)}`, () =>
          requireCount(path, shape, draw(shape, fan, random(seed, `nn/${path}`))),
        )
      return known(path, shape) ?? claim(createVariable({ name: path, shape, trainable: true }), decay, initial)
    },
    state({ path, shape, initial, dtype }) {
      requireHeld(path)
      const first = () => filled(shape, initial, dtype)
      return known(path, shape) ?? claim(createVariable({ name: path, shape, dtype }), false, first)
    },
    save() {
      requireHeld('save')
      const saved: Record<string, NamedArray> = {}
      for (const { path, variable, initial } of entries.values()) {
        const data = values ? values.read(variable) : initial()
        saved[path] = { shape: variable.shape, dtype: variable.dtype, data }
      }
      return saved
    },
    load(arrays) {
      requireHeld('load')
      for (const [path, array] of Object.entries(arrays)) {
        const entry = entries.get(path)
        if (entry) requireShape(path, entry.variable.shape, array.shape)
        requireCount(path, array.shape, array.data)
      }
      for (const [path, array] of Object.entries(arrays)) {
        const entry = entries.get(path)
        if (entry) values?.write(entry.variable, array.data)
        else waiting.set(path, array)
      }
    },
    unclaimed: () => [...waiting.keys()],
    release() {
      isReleased = true
      for (const { variable } of entries.values()) values?.free(variable)
      entries.clear()
    },
  }
}

function filled(shape: Shape, value: number, dtype: DType): TypedArray {
  return dtype === 'float32' ? new Float64Array(sizeOf(shape)).fill(value) : new Int32Array(sizeOf(shape)).fill(value)
}

function requireShape(path: string, expected: Shape, received: Shape): void {
  if (sameShape(expected, received)) return
  throw new ThalwegError('nn/shape-changed', {
    rule: `${path}: a value keeps the shape that it was made with`,
    received: `${formatShape(expected)} before, ${formatShape(received)} now`,
    try: 'use a layer instance of its own for inputs of another size, or load a run of the same architecture',
  })
}

function requireCount<Values extends TypedArray>(path: string, shape: Shape, data: Values): Values {
  if (data.length === sizeOf(shape)) return data
  throw new ThalwegError('nn/bad-values', {
    rule: `${path}: there must be one value for each place of the shape`,
    received: `${data.length} values for ${formatShape(shape)}`,
    try: `give ${sizeOf(shape)} values`,
  })
}
