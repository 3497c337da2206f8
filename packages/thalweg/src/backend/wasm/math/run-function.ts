/** Runs one elementwise function by itself: for tests, and for the check of all float32 (bench/ulp). */
import { internal } from '../../../base/index.ts'
import type { BinaryOp, UnaryOp } from '../../../graph/index.ts'
import { ModuleBuilder } from '../assembler.ts'
import { provideKernels } from '../families.ts'
import { elementwise } from '../math.ts'
import { keep, push, Registers } from '../terms.ts'
import { errorFunctionKernels } from './error-function.ts'
import { trigonometricKernels } from './trigonometric.ts'

/** So many numbers at most in one call. */
export const LONGEST_CALL = 16384

type Kernel = (out: number, x: number, y: number, bytes: number) => void

/**
 * A function over arrays, whose length must be a multiple of four and at most `LONGEST_CALL`. What it returns is
 * overwritten by the next call.
 */
export function runnableFunction(op: UnaryOp | BinaryOp): (x: Float32Array, y?: Float32Array) => Float32Array {
  provideKernels(errorFunctionKernels, trigonometricKernels)
  const module = new ModuleBuilder({ module: 'env', name: 'memory', initialPages: (3 * LONGEST_CALL * 4) >> 16 })
  const body = module.function(op, ['i32', 'i32', 'i32', 'i32'], (code) => {
    const [out, x, y, bytes] = code.parameters
    const at = code.local('i32')
    const registers = new Registers(code)
    code.for(at, 0, bytes, 16, () => {
      registers.scope(() => {
        const operands = [x, y].map((from) =>
          keep(registers, (c) => {
            c.get(from).get(at).op('i32.add').load('v128.load')
          }),
        )
        const term = elementwise(registers, op, operands.slice(0, op === 'pow' ? 2 : 1), 'float32', 'float32')
        code.get(out).get(at).op('i32.add')
        push(code, term)
        code.store('v128.store')
      })
    })
  })
  module.export('run', body)
  const memory = new WebAssembly.Memory({ initial: (3 * LONGEST_CALL * 4) >> 16 })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), { env: { memory } })
  const run = exports.run
  if (typeof run !== 'function') throw internal('a function was not exported')
  const [out, first, second] = [0, 1, 2].map((i) => new Float32Array(memory.buffer, i * LONGEST_CALL * 4, LONGEST_CALL))
  return (x, y) => {
    first.set(x)
    if (y !== undefined) second.set(y)
    ;(run as Kernel)(out.byteOffset, first.byteOffset, second.byteOffset, x.length * 4)
    return out.subarray(0, x.length)
  }
}
