/**
 * Programs drawn at random, to find what a compiler of whole steps gets wrong between ops: fusion, order, reuse of memory,
 * updates. All numbers stay small multiples of a power of two, which float32 and float64 hold exactly, so that results must
 * be equal whatever the order of a sum, and comparisons can never go two ways.
 */
import { everyKernel, provideKernels } from 'thalweg/backend'
import { type Shape, sameShape, sizeOf } from 'thalweg/base'
import { gradients } from 'thalweg/grad'
import {
  type Attributes,
  constant,
  createNode,
  createVariable,
  type Node,
  type NodeOf,
  type OpName,
  readVariable,
  type StepGraph,
  topologicalOrder,
  type Update,
  type Variable,
} from 'thalweg/graph'

provideKernels(...everyKernel)

/** What to do next, and four numbers that choose how. */
export interface Instruction {
  readonly kind: number
  readonly choices: readonly [number, number, number, number]
}

export interface RandomProgram {
  readonly step: StepGraph
  readonly variables: readonly Variable[]
  /** Everything that is computed, for a look at how large it grows. */
  readonly all: readonly Node[]
}

const MOST_ELEMENTS = 600
/** Products of two such are far below 2^24. */
const LIMIT = 9

function apply<Op extends OpName>(op: Op, inputs: readonly Node[], attributes: Attributes[Op]): Node {
  return createNode(op, inputs, attributes)
}

function filled(value: number, shape: Shape): Node {
  return apply('broadcast', [constant(value)], { shape })
}

/** Into -LIMIT..LIMIT. */
function clamped(x: Node): Node {
  return apply('min', [apply('max', [x, filled(-LIMIT, x.shape)], {}), filled(LIMIT, x.shape)], {})
}

/** Some value of this shape made from `x`: broadcast where that fits, else folded to one number first. */
function fitted(x: Node, shape: Shape): Node {
  const offset = shape.length - x.shape.length
  const fits = offset >= 0 && x.shape.every((size, axis) => size === 1 || size === shape[axis + offset])
  const from = fits ? x : clamped(apply('sum', [x], { axes: x.shape.map((_, axis) => axis) }))
  return apply('broadcast', [from], { shape })
}

function chosen<T>(list: readonly T[], choice: number): T {
  return list[choice % list.length]
}

function someAxes(x: Node, choice: number): number[] {
  return x.shape.flatMap((_, axis) => ((choice >> axis) & 1 ? [axis] : []))
}

/** As a matrix of its last axis and all others. */
function matrix(x: Node): Node {
  const columns = x.shape.at(-1) ?? 1
  return apply('reshape', [x], { shape: [columns === 0 ? 0 : sizeOf(x.shape) / columns, columns] })
}

/** As one image of a channel or two. */
function image(x: Node): Node {
  const size = sizeOf(x.shape)
  const channels = size % 2 === 0 ? 2 : 1
  const width = [5, 4, 3, 2, 1].find((divisor) => (size / channels) % divisor === 0) ?? 1
  return apply('reshape', [x], { shape: [1, size / channels / width, width, channels] })
}

type Rule = (x: Node, y: Node, choices: Instruction['choices']) => Node

/** From one or two values to another; every rule takes any shape that has elements. */
const RULES: readonly Rule[] = [
  (x) => apply('neg', [x], {}),
  (x) => apply('abs', [x], {}),
  (x) => apply('floor', [apply('mul', [x, filled(0.5, x.shape)], {})], {}),
  (x, y) => clamped(apply('add', [x, fitted(y, x.shape)], {})),
  (x, y) => clamped(apply('sub', [fitted(y, x.shape), x], {})),
  (x, y) => clamped(apply('mul', [x, fitted(y, x.shape)], {})),
  (x, y) => apply('max', [x, fitted(y, x.shape)], {}),
  (x, y) => {
    const other = fitted(y, x.shape)
    return apply('select', [apply('less', [x, other], {}), other, apply('neg', [x], {})], {})
  },
  (x) => apply('cast', [apply('cast', [x], { dtype: 'int32' })], { dtype: 'float32' }),
  (x, y) => apply('cast', [apply('not', [apply('equal', [x, fitted(y, x.shape)], {})], {})], { dtype: 'float32' }),

  (x, _, [, , axes]) => clamped(apply('sum', [x], { axes: someAxes(x, axes) })),
  (x, _, [, , axes]) => apply('reduceMax', [x], { axes: someAxes(x, axes) }),
  (x, _, [, , axes]) => {
    // A fold and what was folded side by side, as in a softmax or a normalization.
    const folded = apply('sum', [x], { axes: someAxes(x, axes) })
    const kept = apply('reshape', [folded], { shape: x.shape.map((size, axis) => ((axes >> axis) & 1 ? 1 : size)) })
    return clamped(apply('sub', [x, apply('broadcast', [clamped(kept)], { shape: x.shape })], {}))
  },
  (x) => apply('cast', [apply('argmax', [matrix(x)], { axis: 1 })], { dtype: 'float32' }),

  (x, _, [, , turn]) =>
    apply('transpose', [x], { permutation: x.shape.map((_s, axis) => (axis + turn) % x.shape.length) }),
  (x, _, [, , axes]) => apply('flip', [x], { axes: someAxes(x, axes) }),
  (x) => apply('reshape', [x], { shape: [sizeOf(x.shape)] }),
  (x) => matrix(x),
  (x, _, [, , start, step]) => {
    const from = x.shape.map((size) => start % size)
    const every = x.shape.map(() => 1 + (step % 2))
    const size = x.shape.map((count, axis) => Math.ceil((count - from[axis]) / every[axis]))
    return apply('slice', [x], { start: from, size, step: every })
  },
  (x, _, [, , low, high]) => {
    const by = (amount: number) => x.shape.map((_s, axis) => (amount >> axis) & 1)
    return apply('pad', [x], { low: by(low), high: by(high), interior: by(low ^ high), value: low % 3 })
  },
  (x, _, [, , axis]) =>
    x.shape.length === 0 ? x : apply('concat', [x, apply('neg', [x], {}), x], { axis: axis % x.shape.length }),
  (x, _, [, , rows]) => apply('broadcast', [x], { shape: [1 + (rows % 3), ...x.shape] }),

  (x, _, [, , flags]) => {
    const m = matrix(x)
    const transposeA = flags % 2 === 0
    return clamped(apply('matmul', [m, m], { transposeA, transposeB: !transposeA }))
  },
  (x, y) => {
    const from = image(x)
    const kernel = apply('slice', [fitted(y, [3, 3, from.shape[3], 2])], {
      start: [0, 0, 0, 0],
      size: [3, 3, from.shape[3], 2],
      step: [1, 1, 1, 1],
    })
    return clamped(
      apply('conv2d', [from, kernel], { strides: [1, 2], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 }),
    )
  },
  (x) => {
    const from = image(x)
    return apply('maxPool', [from], { window: [2, 2], strides: [1, 1], padding: [1, 0, 0, 1] })
  },
  (x, y) => {
    const size = x.shape[0] ?? 1
    const rows = x.shape.length === 0 ? apply('reshape', [x], { shape: [1] }) : x
    const small = apply('cast', [apply('abs', [apply('reshape', [y], { shape: [sizeOf(y.shape)] })], {})], {
      dtype: 'int32',
    })
    const limit = apply('broadcast', [constant(size - 1, 'int32')], { shape: small.shape })
    return apply('gather', [rows, apply('min', [small, limit], {})], { axis: 0 })
  },
]

const SHAPES: readonly Shape[] = [[2, 3, 4], [5, 4], [7], [], [4, 1], [1, 3, 1]]

/** The values that a slot starts with: whole numbers from -4 to 4. */
export function startingValues(shape: Shape, seed: number): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7 + seed * 3 + ((i * i) >> 2)) % 9) - 4)
}

/** Interprets `instructions`: values that are not used again are outputs, some are assigned to variables, some are differentiated. */
export function buildProgram(instructions: readonly Instruction[]): RandomProgram {
  const inputs = SHAPES.slice(0, 4).map((shape, i) => apply('input', [], { name: `x${i}`, shape, dtype: 'float32' }))
  const variables = SHAPES.slice(2).map((shape, i) => createVariable({ name: `v${i}`, shape }))
  const values: Node[] = [...inputs, ...variables.map(readVariable)]
  const updates = new Map<Variable, Update>()
  const outputs: Node[] = []
  for (const { kind, choices } of instructions) {
    const [first, second, third] = choices
    const x = values[values.length - 1 - (first % Math.min(values.length, 12))]
    // Half of the time one of the same shape, which ops then take as it is.
    const alike = values.filter(({ shape }) => third % 2 === 0 && sameShape(shape, x.shape))
    const y = chosen(alike.length > 0 ? alike.slice(-5) : values, second)
    if (kind < RULES.length) {
      const made = RULES[kind](x, y, choices)
      if (sizeOf(made.shape) <= MOST_ELEMENTS) values.push(made)
    } else if (kind === RULES.length) {
      const variable = chosen(variables, second)
      updates.set(variable, { variable, value: fitted(x, variable.shape) })
    } else if (kind === RULES.length + 1) outputs.push(x)
    else {
      const weights = filled(1 + (third % 2), x.shape)
      const loss = apply('sum', [apply('mul', [x, weights], {})], { axes: x.shape.map((_, axis) => axis) })
      outputs.push(...gradients(loss, [chosen(inputs, second), y]))
    }
  }
  // Whatever nothing else uses is an output, so that no mistake goes unseen; what is used stays inside.
  const used = new Set(topologicalOrder([...values, ...outputs]).flatMap((node) => node.inputs))
  outputs.push(...values.filter((node) => !used.has(node)))
  // What createNode('input') returns, which the union does not remember.
  const step = { inputs: inputs as NodeOf<'input'>[], outputs, updates: [...updates.values()] }
  return { step, variables, all: [...values, ...outputs] }
}

export const KINDS: number = RULES.length + 3
