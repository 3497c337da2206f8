import { describe, expect, test } from 'vitest'
import type { ContractionKernel, Kernel, LoopKernel, Lowered } from '../../backend/index.ts'
import type { Shape } from '../../base/index.ts'
import { gradients } from '../../grad/index.ts'
import {
  type BinaryOp,
  constant,
  createNode,
  createVariable,
  type Node,
  readVariable,
  type UnaryOp,
  type Variable,
} from '../../graph/index.ts'
import { assign, recordStep, type SlotType } from '../capture.ts'
import { lower } from '../lower.ts'

const slot = (name: string, shape: Shape): SlotType => ({ name, shape, dtype: 'float32' })
const apply = (op: BinaryOp | UnaryOp, ...inputs: Node[]) => createNode(op, inputs, {})
const spread = (x: Node, shape: Shape) => createNode('broadcast', [x], { shape })
const number = (value: number, like: Node) => spread(constant(value), like.shape)
const sum = (x: Node, ...axes: number[]) => createNode('sum', [x], { axes })
const matmul = (a: Node, b: Node) => createNode('matmul', [a, b], { transposeA: false, transposeB: false })
const relu = (x: Node) => createNode('select', [createNode('lessEqual', [x, number(0, x)], {}), number(0, x), x], {})
const variable = (name: string, shape: Shape) => createVariable({ name, shape })

function lowered(slots: readonly SlotType[], record: (inputs: readonly Node[]) => readonly Node[]): Lowered {
  return lower(recordStep(slots, record))
}

function kinds({ kernels }: Lowered): string[] {
  return kernels.map((kernel) => (kernel.kind === 'contraction' || kernel.kind === 'whole' ? kernel.op : kernel.kind))
}

function loops({ kernels }: Lowered): LoopKernel[] {
  return kernels.filter((kernel): kernel is LoopKernel => kernel.kind === 'loop')
}

function contractions({ kernels }: Lowered): ContractionKernel[] {
  return kernels.filter((kernel): kernel is ContractionKernel => kernel.kind === 'contraction')
}

/** Names of variables, or kinds of places, that a kernel stores to. */
function storesOf({ buffers }: Lowered, kernel: Kernel): string[] {
  if (kernel.kind !== 'loop' && kernel.kind !== 'contraction') return []
  const stores = kernel.kind === 'loop' ? [...kernel.stores, ...kernel.epilogueStores] : kernel.epilogueStores
  return stores.map(({ view }) => {
    const { place } = buffers[view.buffer]
    return place.kind === 'variable' ? place.variable.name : place.kind
  })
}

/** Adam's update without the bias correction. */
function adam(w: Variable, gradient: Node, m: Variable, v: Variable): void {
  const decay = (old: Variable, by: number, now: Node) =>
    apply('add', apply('mul', readVariable(old), number(by, now)), apply('mul', now, number(1 - by, now)))
  const mean = decay(m, 0.9, gradient)
  const squares = decay(v, 0.999, apply('mul', gradient, gradient))
  const step = apply('div', mean, apply('add', apply('sqrt', squares), number(1e-8, mean)))
  assign(m, mean)
  assign(v, squares)
  assign(w, apply('sub', readVariable(w), apply('mul', step, number(0.01, step))))
}

describe('elementwise chains', () => {
  test('a whole Adam update is one pass that writes weight and moments where they are', () => {
    const [w, m, v] = ['w', 'm', 'v'].map((name) => variable(name, [40, 50]))
    const program = lowered([slot('g', [40, 50])], ([g]) => {
      adam(w, g, m, v)
      return []
    })
    expect(kinds(program)).toEqual(['loop'])
    expect(storesOf(program, program.kernels[0]).toSorted()).toEqual(['m', 'v', 'w'])
    expect(loops(program)[0].shape).toEqual([2000])
    expect(program.arenaBytes).toBe(0)
  })

  test('views cost nothing: transposes, slices, flips and broadcasts are strides', () => {
    const program = lowered([slot('x', [4, 6]), slot('row', [4])], ([x, row]) => {
      const turned = createNode('transpose', [x], { permutation: [1, 0] })
      const every = createNode('slice', [turned], { start: [1, 0], size: [3, 4], step: [2, 1] })
      const back = createNode('flip', [every], { axes: [0] })
      return [apply('add', back, spread(row, [3, 4]))]
    })
    const [loop] = loops(program)
    expect(kinds(program)).toEqual(['loop'])
    const views = loop.values.flatMap((value) => (value.kind === 'load' ? [value.view] : []))
    expect(views.map(({ offset, strides }) => [offset, strides])).toEqual([
      [5, [-2, 6]],
      [0, [0, 1]],
    ])
  })

  test('shapes with as many elements share a loop', () => {
    const program = lowered([slot('x', [8, 6]), slot('row', [3])], ([x, row]) => {
      const flat = apply('exp', createNode('reshape', [x], { shape: [48] }))
      const cube = createNode('reshape', [flat], { shape: [8, 2, 3] })
      return [flat, apply('add', cube, spread(row, cube.shape))]
    })
    expect(kinds(program)).toEqual(['loop'])
    expect(loops(program)[0].shape).toEqual([16, 3])
  })

  test('what no loop can follow is stored', () => {
    const program = lowered([slot('x', [3]), slot('y', [3, 2])], ([x, y]) => [
      apply('add', createNode('reshape', [spread(x, [2, 3])], { shape: [3, 2] }), y),
    ])
    expect(kinds(program)).toEqual(['loop', 'loop'])
  })

  test('scalars are computed once, not for every element', () => {
    const program = lowered([slot('x', [100, 100]), slot('rate', [])], ([x, rate]) => [
      apply('mul', x, spread(apply('sqrt', rate), x.shape)),
    ])
    expect(loops(program).map(({ shape }) => shape)).toEqual([[], [10_000]])
  })
})

describe('reductions', () => {
  test('several over the same axes share one pass, with what is computed from them after it', () => {
    const running = variable('running', [8])
    const program = lowered([slot('x', [32, 8])], ([x]) => {
      const mean = apply('div', sum(x, 0), spread(constant(32), [8]))
      const square = sum(apply('mul', x, x), 0)
      assign(running, apply('add', apply('mul', readVariable(running), number(0.9, mean)), mean))
      return [apply('sub', square, apply('mul', mean, mean))]
    })
    expect(kinds(program)).toEqual(['loop'])
    const [loop] = loops(program)
    expect([loop.shape, loop.keptAxes, loop.reductions.length]).toEqual([[8, 32], 1, 2])
    expect(storesOf(program, loop).toSorted()).toEqual(['output', 'running'])
  })

  test('a value that is stored and summed is computed once, in one pass', () => {
    const program = lowered([slot('x', [32, 8]), slot('w', [8, 4])], ([x, w]) => {
      const y = apply('exp', x)
      return [matmul(y, w), sum(y, 0)]
    })
    expect(kinds(program)).toEqual(['loop', 'matmul'])
    expect(loops(program)[0].stores).toHaveLength(1)
    expect(loops(program)[0].reductions).toHaveLength(1)
  })

  test('of different axes stay apart', () => {
    const program = lowered([slot('x', [32, 8])], ([x]) => [sum(x, 0), sum(x, 1)])
    expect(kinds(program)).toEqual(['loop', 'loop'])
  })

  test('the gradient of a normalization reads its input in two passes and stores no centred copy', () => {
    const shape = [64, 16]
    const program = lowered([slot('x', shape), slot('g', shape)], ([x, g]) => {
      const over = (total: Node) => apply('div', total, number(64, total))
      const centred = apply('sub', x, spread(over(sum(x, 0)), shape))
      const variance = over(sum(apply('mul', centred, centred), 0))
      const scale = apply('div', number(1, variance), apply('sqrt', apply('add', variance, number(1e-5, variance))))
      const loss = sum(apply('mul', apply('mul', centred, spread(scale, shape)), g), 0, 1)
      return gradients(loss, [x])
    })
    const large = loops(program).filter((loop) => loop.shape.reduce((a, b) => a * b, 1) === 1024)
    // Mean; variance; the sums of the way back; the gradient itself.
    expect(large.map(({ stores, reductions }) => [stores.length, reductions.length])).toEqual([
      [0, 1],
      [0, 1],
      [0, expect.any(Number)],
      [1, 0],
    ])
  })
})

describe('contractions', () => {
  test('bias and activation are carried out before the result is stored', () => {
    const program = lowered([slot('x', [16, 8]), slot('w', [8, 4]), slot('b', [4])], ([x, w, b]) => [
      relu(apply('add', matmul(x, w), spread(b, [16, 4]))),
    ])
    expect(kinds(program)).toEqual(['matmul'])
    expect(contractions(program)[0].epilogueStores).toHaveLength(1)
    expect(program.arenaBytes).toBe(0)
  })

  test('the mask of a relu is asked of its result: nothing else is kept for the way back', () => {
    const [w, b] = [variable('w', [8, 40]), variable('b', [40])]
    const program = lowered([slot('x', [64, 8]), slot('v', [40, 2])], ([x, v]) => {
      const [weight, bias] = [readVariable(w), readVariable(b)]
      const hidden = relu(apply('add', matmul(x, weight), spread(bias, [64, 40])))
      const loss = sum(matmul(hidden, v), 0, 1)
      return gradients(loss, [weight, bias])
    })
    const [forward] = contractions(program)
    expect(storesOf(program, forward)).toEqual(['arena'])
  })

  test('the update of a weight rides on the product that is its gradient', () => {
    const [w, m, v] = ['w', 'm', 'v'].map((name) => variable(name, [8, 4]))
    const program = lowered([slot('x', [16, 8]), slot('g', [16, 4])], ([x, g]) => {
      const gradient = createNode('matmul', [x, g], { transposeA: true, transposeB: false })
      const back = createNode('matmul', [g, readVariable(w)], { transposeA: false, transposeB: true })
      adam(w, gradient, m, v)
      return [back]
    })
    // Who reads the old weight comes first, although it was recorded later.
    expect(contractions(program).map((kernel) => storesOf(program, kernel).toSorted())).toEqual([
      ['output'],
      ['m', 'v', 'w'],
    ])
    expect(program.arenaBytes).toBe(0)
  })

  test('a biased result that many read is stored with its bias, the bare one is not', () => {
    const shape = [64, 32]
    const program = lowered([slot('x', [64, 8]), slot('w', [8, 32]), slot('b', [32])], ([x, w, b]) => {
      const biased = apply('add', matmul(x, w), spread(b, shape))
      const centred = apply('sub', biased, spread(sum(biased, 0), shape))
      return [apply('mul', centred, spread(sum(apply('mul', centred, centred), 0), shape))]
    })
    const [{ epilogue, epilogueStores }] = contractions(program)
    expect(epilogueStores.map(({ value }) => epilogue[value])).toMatchObject([{ op: 'add' }])
    for (const { values } of loops(program))
      expect(values.some((value) => value.kind === 'apply' && value.op === 'add')).toBe(false)
  })

  test('operands that are transposed by an op are read as they are', () => {
    const program = lowered([slot('x', [8, 16]), slot('w', [8, 4])], ([x, w]) => [
      matmul(createNode('transpose', [x], { permutation: [1, 0] }), w),
    ])
    expect(kinds(program)).toEqual(['matmul'])
    expect(contractions(program)[0].attributes).toEqual({ transposeA: true, transposeB: false })
  })
})

describe('variables', () => {
  test('two that trade places go through memory of their own, once', () => {
    const [a, b] = [variable('a', [4]), variable('b', [4])]
    const program = lowered([], () => {
      assign(a, readVariable(b))
      assign(b, readVariable(a))
      return []
    })
    expect(kinds(program)).toEqual(['copy', 'copy', 'copy'])
  })

  test('one that is read across its elements is not overwritten on the way', () => {
    const w = variable('w', [4])
    const program = lowered([], () => {
      const old = readVariable(w)
      assign(w, apply('add', old, createNode('flip', [old], { axes: [0] })))
      return []
    })
    expect(kinds(program)).toEqual(['loop', 'copy'])
  })

  test('the same step gives the same program', () => {
    const w = variable('w', [8, 4])
    const record = ([x]: readonly Node[]): Node[] => {
      const loss = sum(relu(matmul(x, readVariable(w))), 0, 1)
      const [gradient] = gradients(loss, [readVariable(w)])
      assign(w, apply('sub', readVariable(w), gradient))
      return [loss]
    }
    const once = () => JSON.stringify(lowered([slot('x', [16, 8])], record))
    expect(once()).toBe(once())
  })
})

describe('large graphs', () => {
  test('a value that is used twice again and again does not double the work of lowering', () => {
    const program = lowered([slot('s', []), slot('x', [8, 8])], ([s, x]) => {
      let power = s
      for (let i = 0; i < 64; i++) power = apply('mul', power, power)
      let wide = x
      for (let i = 0; i < 64; i++) wide = apply('mul', apply('add', wide, wide), wide)
      return [apply('add', wide, spread(power, [8, 8]))]
    })
    expect(program.kernels.length).toBeLessThan(5)
  })

  test('a chain of thousands of steps is cut into kernels of a bearable size', () => {
    const program = lowered([slot('x', [8])], ([x]) => {
      let y = x
      for (let i = 0; i < 3000; i++) y = apply('add', apply('tanh', y), x)
      return [y]
    })
    for (const { values } of loops(program)) expect(values.length).toBeLessThan(200)
  })
})

test('a layer gets the same kernels however many there are before and after it', () => {
  const kernels = (depth: number): string[] => {
    const weights = Array.from({ length: depth }, (_, layer) => variable(`w${layer}`, [8, 8]))
    return kinds(
      lowered([slot('x', [4, 8])], ([x]) => {
        const reads = weights.map(readVariable)
        const y = reads.reduce((value, w) => relu(matmul(value, w)), x)
        const slopes = gradients(sum(y, 0, 1), reads)
        weights.forEach((w, i) => {
          assign(w, apply('sub', reads[i], apply('mul', slopes[i], number(0.1, slopes[i]))))
        })
        return []
      }),
    )
  }
  const [shallow, middle, deep] = [20, 40, 140].map(kernels)
  // More groups than a search between two of them goes through before it gives up.
  expect(deep.length - middle.length).toBe(5 * (middle.length - shallow.length))
  expect(new Set(deep)).toEqual(new Set(shallow))
})

describe('memory', () => {
  test('a chain of kernels works in one place where elements stay where they are', () => {
    const program = lowered([slot('x', [32, 32])], ([x]) => {
      let y = x
      // Each step needs the sum of the one before, so none can be fused with the next.
      for (let i = 0; i < 4; i++) y = apply('mul', apply('exp', y), spread(sum(apply('exp', y), 0, 1), [32, 32]))
      return [sum(y, 0, 1)]
    })
    expect(program.arenaBytes).toBeLessThanOrEqual(2 * 4096 + 4 * 64)
  })

  test('empty values need no kernel', () => {
    const program = lowered([slot('x', [0, 4])], ([x]) => [apply('exp', x), sum(x, 0)])
    expect(kinds(program)).toEqual(['loop'])
  })
})
