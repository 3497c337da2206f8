import { describe, expect, test } from 'vitest'
import { type Shape, ThalwegError } from '../base/index.ts'
import { constant, createNode, type Node, readVariable, renewNode, topologicalOrder } from './node.ts'
import { type Attributes, isElementwise, isReduce, type OpName } from './op.ts'
import { printGraph } from './print.ts'
import { currentScope, withScope } from './scope.ts'
import { SPEC } from './spec.ts'
import { stepNodes, withoutAsides } from './step.ts'
import { createVariable } from './variable.ts'

const float = (...shape: number[]) => readVariable(createVariable({ name: 'x', shape }))
const whole = (...shape: number[]) => readVariable(createVariable({ name: 'i', shape, dtype: 'int32' }))
const bool = (...shape: number[]) => readVariable(createVariable({ name: 'b', shape, dtype: 'bool' }))

const still = { strides: [1, 1], padding: [0, 0, 0, 0] } as const
const plain = { ...still, dilation: [1, 1], groups: 1 } as const
const pool = { ...still, window: [2, 2] } as const

type Case<Op extends OpName = OpName> = { [Name in Op]: [Name, Node[], Attributes[Name], string] }[Op]

/** One misuse after another, and a part of the rule that the error must state. */
const REFUSED: Case[] = [
  ['exp', [whole(2)], {}, 'operands must be float32'],
  ['add', [float(2), float(3)], {}, 'operands must have one shape'],
  ['add', [float(2), whole(2)], {}, 'operands must have one dtype'],
  ['add', [bool(2), bool(2)], {}, 'operands must be float32 or int32'],
  ['div', [whole(2), whole(2)], {}, 'operands must be float32'],
  ['less', [bool(2), bool(2)], {}, 'operands must be float32 or int32'],
  ['and', [float(2), bool(2)], {}, 'operands must be bool'],
  ['select', [float(2), float(2), float(2)], {}, 'operands must be bool'],
  ['select', [bool(3), float(2), float(2)], {}, 'the condition must have the shape of the values'],
  ['literal', [], { data: new Float32Array(5), shape: [2, 3], dtype: 'float32' }, 'the data must fill the shape'],
  ['input', [], { name: 'x', shape: [2.5], dtype: 'float32' }, 'sizes must be whole numbers'],
  ['iota', [], { shape: [2], axis: 1 }, 'axes must be distinct and in 0..0'],
  ['random', [whole(3), whole()], { shape: [2], stream: 0 }, 'seed must be [2] and step a scalar'],
  ['broadcast', [float(2)], { shape: [3] }, 'a size must stay the same or grow from 1'],
  ['broadcast', [float(2, 3)], { shape: [3] }, 'a size must stay the same or grow from 1'],
  ['reshape', [float(2, 3)], { shape: [5] }, 'the number of elements must stay the same'],
  ['transpose', [float(2, 3)], { permutation: [0] }, 'the permutation must name every axis once'],
  ['transpose', [float(2, 3)], { permutation: [0, 0] }, 'axes must be distinct'],
  ['slice', [float(4)], { start: [1], size: [4], step: [1] }, 'the slice must lie inside the value'],
  ['slice', [float(4)], { start: [0], size: [2], step: [0] }, 'the slice must lie inside the value'],
  ['slice', [float(4)], { start: [0, 0], size: [2], step: [1] }, 'start, size and step must name every axis'],
  ['pad', [float(4)], { low: [-1], high: [0], interior: [0], value: 0 }, 'must be 0 or more for every axis'],
  ['concat', [float(2, 3), float(2, 4)], { axis: 0 }, 'parts must agree'],
  ['concat', [], { axis: 0 }, 'takes some operands'],
  ['sum', [float(2, 3)], { axes: [2] }, 'axes must be distinct and in 0..1'],
  ['sum', [bool(2)], { axes: [0] }, 'operands must be float32 or int32'],
  ['argmax', [float(2, 0)], { axis: 1 }, 'the axis must have at least one element'],
  ['matmul', [float(2, 3), float(4, 5)], { transposeA: false, transposeB: false }, 'inner dimensions must agree'],
  ['matmul', [float(2), float(2)], { transposeA: false, transposeB: false }, 'operands must be matrices'],
  ['conv2d', [float(1, 4, 4, 3), float(3, 3, 2, 8)], plain, 'as many channels as the image has per group'],
  ['conv2d', [float(1, 4, 4, 3), float(5, 5, 3, 8)], plain, 'the window must fit into the padded image'],
  ['conv2d', [float(1, 4, 4, 3), float(3, 3, 3, 8)], { ...plain, groups: 2 }, 'groups must divide'],
  ['conv2d', [float(4, 4, 3), float(3, 3, 3, 8)], plain, 'operands must have 4 dimensions'],
  ['conv2dImageGrad', [float(1, 4, 4, 8), float(3, 3, 3, 8)], { ...plain, imageSize: [4, 4] }, 'upstream gradient'],
  ['conv2dKernelGrad', [float(1, 4, 4, 3), float(1, 4, 4, 8)], { ...plain, kernelSize: [3, 3] }, 'upstream gradient'],
  ['maxPool', [float(1, 1, 4, 3)], pool, 'the window must fit'],
  ['maxPool', [float(1, 4, 4, 3)], { ...pool, padding: [2, 0, 0, 0] }, 'padding must be smaller than the window'],
  ['maxPoolPut', [float(1, 4, 4, 3), float(1, 2, 2, 3)], pool, 'upstream gradient must be [1,3,3,3]'],
  ['averagePoolGrad', [float(1, 2, 2, 3)], { ...pool, countPadding: true, imageSize: [4, 4] }, 'upstream gradient'],
  ['gather', [float(4), float(2)], { axis: 0 }, 'operands must be int32'],
  ['gather', [float(0, 4), whole(2)], { axis: 0 }, 'there must be something to gather from'],
  ['scatterAdd', [float(3, 4), whole(2)], { axis: 0, size: 5 }, "the updates must have the indices' shape"],
]

describe('createNode', () => {
  test.each(REFUSED)('%s refuses: %#', (op, inputs, attributes, rule) => {
    let error: unknown
    try {
      createNode(op, inputs, attributes)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(ThalwegError)
    const { code, message } = error as ThalwegError
    expect(code).toBe('graph/invalid-operation')
    expect(message.split('\n')).toHaveLength(3)
    expect(message).toContain(rule)
    expect(message.startsWith(`${op}: `)).toBe(true)
  })

  const typed: [string, Node, Shape, string][] = [
    [
      'matmul, both transposed',
      createNode('matmul', [float(7, 3, 2), float(7, 5, 3)], { transposeA: true, transposeB: true }),
      [7, 2, 5],
      'float32',
    ],
    [
      'conv2d',
      createNode('conv2d', [float(2, 7, 8, 4), float(3, 2, 2, 6)], {
        strides: [2, 1],
        padding: [1, 0, 0, 1],
        dilation: [2, 3],
        groups: 2,
      }),
      [2, 2, 6, 6],
      'float32',
    ],
    ['maxPool', createNode('maxPool', [float(2, 7, 8, 4)], { ...pool, strides: [2, 3] }), [2, 3, 3, 4], 'float32'],
    ['gather', createNode('gather', [bool(4, 5, 6), whole(2, 3)], { axis: 1 }), [4, 2, 3, 6], 'bool'],
    ['pad', createNode('pad', [whole(3)], { low: [1], high: [2], interior: [2], value: 0 }), [10], 'int32'],
    ['slice', createNode('slice', [float(7)], { start: [1], size: [3], step: [2] }), [3], 'float32'],
    ['concat', createNode('concat', [float(2, 3), float(2, 4)], { axis: 1 }), [2, 7], 'float32'],
    ['argmax', createNode('argmax', [float(2, 3)], { axis: 0 }), [3], 'int32'],
    ['less', createNode('less', [whole(2), whole(2)], {}), [2], 'bool'],
  ]
  test.each(typed)('works out the type of %s', (_, { shape, dtype }, expectedShape, expectedType) => {
    expect([shape, dtype]).toEqual([expectedShape, expectedType])
  })

  test('every op has a spec', () => {
    for (const { operands, infer } of Object.values(SPEC)) {
      expect(operands === 'some' || operands >= 0).toBe(true)
      expect(infer).toBeTypeOf('function')
    }
  })
})

describe('scopes', () => {
  test('stand on nodes and in front of errors, and close when recording fails', () => {
    const node = withScope('block2', () => withScope('dense1', () => constant(1)))
    expect(node.scope).toBe('block2.dense1')
    expect(() => withScope('dense1', () => createNode('exp', [whole(2)], {}))).toThrow('dense1: exp: operands must be')
    expect(currentScope()).toBe('')
  })
})

describe('a graph', () => {
  const x = float(2)
  const squared = createNode('mul', [x, x], {})
  const result = createNode('add', [squared, x], {})

  test('is listed with inputs before users, each node once', () => {
    expect(topologicalOrder([result, squared])).toEqual([x, squared, result])
    expect(
      stepNodes({
        inputs: [],
        outputs: [squared],
        updates: [{ variable: createVariable({ name: 'w', shape: [2] }), value: result }],
      }),
    ).toEqual([x, squared, result])
  })

  test('is itself without asides where there are none, so that nobody plans for them', () => {
    const step = { inputs: [], outputs: [x, squared, result], updates: [] }
    expect(withoutAsides(step)).toBe(step)
    expect(withoutAsides({ ...step, asides: 2 })).toEqual({ ...step, outputs: [x] })
  })

  test('has nodes that are made anew on other operands, later in its order and otherwise as they were', () => {
    const node = withScope('layer', () => createNode('mul', [x, squared], {}))
    const renewed = renewNode(node, [squared, x])
    expect(renewed.id).toBeGreaterThan(node.id)
    expect({ ...renewed, id: node.id, inputs: node.inputs }).toEqual(node)
    expect(renewed.inputs).toEqual([squared, x])
  })

  test('of many thousand nodes in a row is walked without running out of stack', () => {
    let node = x
    for (let i = 0; i < 20_000; i++) node = createNode('neg', [node], {})
    expect(topologicalOrder([node])).toHaveLength(20_001)
  })

  test('prints one node a line', () => {
    const pooled = withScope('pool1', () => createNode('sum', [result], { axes: [0] }))
    const number = (node: Node) => node.id - x.id
    const text = printGraph([pooled]).replace(/%(\d+)/g, (_, id) => `%${Number(id) - x.id}`)
    expect(text).toBe(
      `%0 = variable() {x} float32 [2]\n%${number(squared)} = mul(%0, %0) float32 [2]\n%${number(result)} = add(%${number(squared)}, %0) float32 [2]\n%${number(pooled)} = sum(%${number(result)}) {axes=[0]} float32 [] pool1`,
    )
  })
})

test('ops know their families', () => {
  expect([isElementwise('select'), isElementwise('sum'), isReduce('reduceMin'), isReduce('argmax')]).toEqual([
    true,
    false,
    true,
    false,
  ])
})
