import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ModuleBuilder } from './assembler.ts'
import { Bytes } from './bytes.ts'
import type { Code } from './code.ts'
import { PLAIN_OPS, type PlainOp, type ValueType } from './opcodes.ts'

const memoryImport = { module: 'env', name: 'memory', initialPages: 1 }

/** Assembles one function, runs it, and hands back what it returned and the memory it saw. */
function run(
  parameters: readonly ValueType[],
  results: readonly ValueType[],
  write: (code: Code) => void,
  ...values: readonly (number | bigint)[]
): { result: unknown; memory: ArrayBuffer } {
  const builder = new ModuleBuilder(memoryImport)
  builder.export('main', builder.function('main', parameters, write, results))
  const memory = new WebAssembly.Memory({ initial: 1 })
  const floats = new Float32Array(memory.buffer)
  for (let i = 0; i < 16; i++) floats[i] = i + 0.5
  const instance = new WebAssembly.Instance(new WebAssembly.Module(builder.toBytes()), { env: { memory } })
  const main = instance.exports.main as (...values: readonly (number | bigint)[]) => unknown
  return { result: main(...values), memory: memory.buffer }
}

function decode(bytes: Uint8Array): bigint {
  const value = Array.from(bytes).reduce((sum, byte, i) => sum | (BigInt(byte & 0x7f) << BigInt(7 * i)), 0n)
  return value
}

describe('LEB128', () => {
  it('writes unsigned numbers that read back', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (value) => {
        const out = new Bytes().unsigned(value).written
        expect(decode(out)).toBe(BigInt(value))
        expect(out.slice(0, -1).every((byte) => byte > 0x7f)).toBe(true)
        expect(new Bytes().byteUnsigned(0xfe, value).written).toEqual(Uint8Array.of(0xfe, ...out))
      }),
    )
  })

  it('writes signed numbers that read back with their sign', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const out = new Bytes().signed64(value).written
        expect(BigInt.asIntN(Math.min(64, 7 * out.length), decode(out))).toBe(value)
      }),
    )
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const [first, ...number] = new Bytes().byteSigned(0xfe, value).written
        const out = Uint8Array.from(number)
        expect(first).toBe(0xfe)
        expect(BigInt.asIntN(Math.min(32, 7 * out.length), decode(out))).toBe(BigInt(value))
      }),
    )
  })
})

describe('constants', () => {
  it('keeps every int32, and int64 and floats bit for bit', () => {
    for (const value of [0, 1, -1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31)])
      expect(run([], ['i32'], (code) => code.i32(value)).result).toBe(value)
    expect(run([], ['i64'], (code) => code.i64(-(2n ** 63n))).result).toBe(-(2n ** 63n))
    expect(run([], ['f32'], (code) => code.f32(0.1)).result).toBe(Math.fround(0.1))
    expect(run([], ['f64'], (code) => code.f64(-0)).result).toBe(-0)
  })

  it('splats vector constants', () => {
    const { memory } = run([], [], (code) => {
      code.i32(0).f32x4(1.5).store('v128.store')
      code.i32(16).f32x4(1, 2, 3, 4).store('v128.store')
      code.i32(32).i32x4(-7).store('v128.store')
      code.i32(48).f64x2(0.25).store('v128.store')
      code.i32(64).i64x2(5n, -5n).store('v128.store')
    })
    expect([...new Float32Array(memory, 0, 8)]).toEqual([1.5, 1.5, 1.5, 1.5, 1, 2, 3, 4])
    expect([...new Int32Array(memory, 32, 4)]).toEqual([-7, -7, -7, -7])
    expect([...new Float64Array(memory, 48, 2)]).toEqual([0.25, 0.25])
    expect([...new BigInt64Array(memory, 64, 2)]).toEqual([5n, -5n])
  })
})

describe('memory', () => {
  it('loads and stores at an offset, whole vectors and lanes', () => {
    const { memory } = run(
      ['i32'],
      [],
      (code) => {
        const [address] = code.parameters
        const held = code.local('v128')
        code.get(address).load('v128.load', 4).tee(held).get(held).op('f32x4.add').set(held)
        code.get(address).get(held).store('v128.store', 100)
        code.get(address).get(held).memoryLane('v128.store32_lane', 2, 200)
        code.get(address)
        code.get(address).get(held).memoryLane('v128.load32_lane', 1, 0).store('v128.store', 300)
      },
      4,
    )
    const floats = new Float32Array(memory)
    expect([...floats.slice(26, 30)]).toEqual([5, 7, 9, 11])
    expect(floats[51]).toBe(9)
    expect([...floats.slice(76, 80)]).toEqual([5, 1.5, 9, 11])
  })

  it('copies and fills', () => {
    const { memory } = run([], [], (code) => {
      code.i32(128).i32(0).i32(16).copyMemory()
      code.i32(4).i32(0).i32(8).fillMemory()
    })
    const floats = new Float32Array(memory)
    expect([...floats.slice(0, 4)]).toEqual([0.5, 0, 0, 3.5])
    expect([...floats.slice(32, 36)]).toEqual([0.5, 1.5, 2.5, 3.5])
  })

  it('shuffles 32-bit lanes and replaces one', () => {
    const { memory } = run([], [], (code) => {
      code.i32(128).i32(0).load('v128.load').i32(16).load('v128.load').shuffle(0, 4, 3, 7)
      code.f32(-1).lane('f32x4.replace_lane', 2).store('v128.store')
    })
    expect([...new Float32Array(memory, 128, 4)]).toEqual([0.5, 4.5, -1, 7.5])
  })
})

/** Sums the counter over the rounds of a loop, and adds 1000 times where the counter ended. */
function looped(start: number, end: number, step: number, known: boolean): unknown {
  return run(
    ['i32', 'i32', 'i32'],
    ['i32'],
    (code) => {
      const [from, to, by] = code.parameters
      const counter = code.local('i32')
      const total = code.local('i32')
      const body = (): void => {
        code.increase(total, counter)
      }
      if (known) code.for(counter, start, end, step, body)
      else code.for(counter, from, to, by, body)
      code.get(total).get(counter).i32(1000).op('i32.mul').op('i32.add')
    },
    start,
    end,
    step,
  ).result
}

describe('control', () => {
  it('loops as JavaScript does, with constants and with locals', () => {
    for (const [start, end, step] of [
      [0, 0, 1],
      [0, 1, 1],
      [0, 10, 3],
      [5, 2, 1],
      [-4, 4, 4],
      [0, 12, 4],
    ] as const) {
      let total = 0
      let counter = start as number
      for (; counter < end; counter += step) total += counter
      expect(looped(start, end, step, false)).toBe(total + 1000 * counter)
      expect(looped(start, end, step, true)).toBe(total + 1000 * counter)
    }
  })

  it('continues a loop with the rest', () => {
    const { result } = run(
      ['i32'],
      ['i32'],
      (code) => {
        const [count] = code.parameters
        const counter = code.local('i32')
        const total = code.local('i32')
        const last = code.local('i32')
        code.get(count).i32(3).op('i32.sub').set(last)
        code.for(counter, 0, last, 4, () => code.increase(total, 100))
        code.forRest(counter, count, 1, () => code.increase(total, 1))
        code.get(total)
      },
      11,
    )
    expect(result).toBe(203)
  })

  it('branches out of nested blocks', () => {
    const inside = (value: number): unknown =>
      run(
        ['i32'],
        ['i32'],
        (code) => {
          const [x] = code.parameters
          const result = code.local('i32')
          code.block((outer) => {
            code.block((inner) => {
              code.get(x).branchIf(inner)
              code.i32(1).set(result)
              code.branch(outer)
            })
            code.i32(2).set(result)
          })
          code.get(result)
        },
        value,
      ).result
    expect(inside(0)).toBe(1)
    expect(inside(1)).toBe(2)
  })

  it('chooses with if, with and without a result', () => {
    const write = (code: Code): void => {
      const [x] = code.parameters
      code.get(x).if(
        () => code.i32(10),
        () => code.i32(20),
        'i32',
      )
      code.get(x).if(() => code.i32(1).set(x))
      code.get(x).op('i32.add')
    }
    expect(run(['i32'], ['i32'], write, 7).result).toBe(11)
    expect(run(['i32'], ['i32'], write, 0).result).toBe(20)
  })

  it('refuses to branch into a block that is closed', () => {
    const write = (code: Code): void => {
      code.block((first) => {
        code.block(() => code.i32(0).op('drop'))
        code.branch(first)
      })
      let kept = { depth: 0 }
      code.block((inner) => {
        kept = inner
      })
      code.branch(kept)
    }
    expect(() => run([], [], write)).toThrow('internal: a branch')
  })
})

describe('modules', () => {
  it('calls a function that stands earlier', () => {
    const builder = new ModuleBuilder(memoryImport)
    const twice = builder.function('twice', ['i32'], (code) => code.get(code.parameters[0]).i32(2).op('i32.mul'), [
      'i32',
    ])
    const main = builder.function('main', ['i32'], (code) => code.get(code.parameters[0]).call(twice).call(twice), [
      'i32',
    ])
    builder.export('main', main)
    const memory = new WebAssembly.Memory({ initial: 1 })
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(builder.toBytes()), { env: { memory } })
    expect((exports.main as (x: number) => number)(5)).toBe(20)
  })

  it('imports a shared memory', () => {
    const builder = new ModuleBuilder({ ...memoryImport, maximumPages: 16, shared: true })
    builder.export(
      'main',
      builder.function('main', [], (code) => code.i32(0).i32(7).store('i32.store')),
    )
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true })
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(builder.toBytes()), { env: { memory } })
    ;(exports.main as () => void)()
    expect(new Int32Array(memory.buffer)[0]).toBe(7)
  })

  it('gives functions their names', () => {
    const builder = new ModuleBuilder(memoryImport)
    builder.function('dense1.matmul', [], () => undefined)
    const module = new WebAssembly.Module(builder.toBytes())
    const [names] = WebAssembly.Module.customSections(module, 'name')
    expect(new TextDecoder().decode(names)).toContain('dense1.matmul')
  })
})

/** Operand and result types of an instruction, from its name. */
function signatureOf(name: PlainOp): { operands: ValueType[]; result: ValueType } | undefined {
  const [type, verb] = name.split('.') as [string, string | undefined]
  if (verb === undefined || verb === 'bitselect') return undefined
  const scalar = ['i32', 'i64', 'f32', 'f64'].includes(type)
  const own = (scalar ? type : 'v128') as ValueType
  const from = /_(i32|i64|f32|f64)(_[su])?$/.exec(verb)?.[1] as ValueType | undefined
  if (scalar && from !== undefined) return { operands: [from], result: own }
  if (verb === 'splat')
    return {
      operands: [
        ({ i8x16: 'i32', i16x8: 'i32', i32x4: 'i32', i64x2: 'i64', f32x4: 'f32', f64x2: 'f64' } as const)[
          type as 'f32x4'
        ],
      ],
      result: 'v128',
    }
  if (/^(any_true|all_true|bitmask)$/.test(verb)) return { operands: [own], result: 'i32' }
  if (!scalar && /^sh[lr]/.test(verb)) return { operands: ['v128', 'i32'], result: 'v128' }
  if (/^relaxed_n?madd$/.test(verb)) return undefined
  const unary =
    /^(abs|neg|not|sqrt|ceil|floor|trunc|nearest|clz|ctz|popcnt|eqz)$|^(trunc_sat|convert|extend|promote|demote)_/.test(
      verb,
    )
  const compares = scalar && /^(eqz?|ne|[lg][te](_[su])?)$/.test(verb)
  return { operands: unary ? [own] : [own, own], result: compares ? 'i32' : own }
}

it('has the right number for every instruction: each validates with the types that its name says', () => {
  for (const name of Object.keys(PLAIN_OPS) as PlainOp[]) {
    const signature = signatureOf(name)
    if (signature === undefined) continue
    const builder = new ModuleBuilder(memoryImport)
    builder.function(
      name,
      signature.operands,
      (code) => {
        for (const operand of code.parameters) code.get(operand)
        code.op(name)
      },
      [signature.result],
    )
    expect(WebAssembly.validate(builder.toBytes()), name).toBe(true)
  }
})

/** One computed value for each instruction whose neighbours have the same type. */
it.each([
  ['f32x4.sub', [5, 7], -2],
  ['f32x4.div', [1, 4], 0.25],
  ['f32x4.min', [1, 4], 1],
  ['f32x4.max', [1, 4], 4],
  ['f32x4.pmin', [4, 1], 1],
  ['f32x4.pmax', [1, 4], 4],
  ['f32x4.mul', [3, 4], 12],
  ['f32x4.add', [3, 4], 7],
  ['f32x4.sqrt', [9], 3],
  ['f32x4.abs', [-9], 9],
  ['f32x4.neg', [-9], 9],
  ['f32x4.floor', [-1.5], -2],
  ['f32x4.ceil', [-1.5], -1],
  ['f32x4.trunc', [-1.75], -1],
  ['f32x4.nearest', [2.5], 2],
] as const)('%s of %j is %d', (name, values, expected) => {
  const { result } = run([], ['f32'], (code) => {
    for (const value of values) code.f32x4(value)
    code.op(name).lane('f32x4.extract_lane', 3)
  })
  expect(result).toBe(expected)
})

it.each([
  ['i32x4.sub', 5, 7, -2],
  ['i32x4.mul', 5, 7, 35],
  ['i32x4.min_s', -5, 7, -5],
  ['i32x4.min_u', -5, 7, 7],
  ['i32x4.max_s', -5, 7, 7],
  ['i32x4.max_u', -5, 7, -5],
  ['i32x4.lt_s', -5, 7, -1],
  ['i32x4.lt_u', -5, 7, 0],
  ['i32x4.ge_s', -5, 7, 0],
  ['i32x4.eq', 7, 7, -1],
  ['v128.and', 6, 3, 2],
  ['v128.or', 6, 3, 7],
  ['v128.xor', 6, 3, 5],
  ['v128.andnot', 6, 3, 4],
] as const)('%s of %d, %d is %d', (name, a, b, expected) => {
  const { result } = run([], ['i32'], (code) => code.i32x4(a).i32x4(b).op(name).lane('i32x4.extract_lane', 1))
  expect(result).toBe(expected)
})
