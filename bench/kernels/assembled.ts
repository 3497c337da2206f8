/** Versions in WebAssembly: one function of the addresses of its operands and its result, in the house's own assembler. */
import { ModuleBuilder } from '../../packages/thalweg/src/backend/wasm/assembler.ts'
import type { Code, Local } from '../../packages/thalweg/src/backend/wasm/code.ts'
import type { SharedFunctions } from '../../packages/thalweg/src/backend/wasm/kernel.ts'
import { type Built, type Problem, sizeOf } from './version.ts'

const PAGE = 65536
const LINE = 64

/**
 * @param scratchBytes of memory behind the result, whose address is the last one
 * @param write the body; its pointers are the operands', the result's, the scratch memory's
 */
export function assembled(
  { resultShape }: Problem,
  operands: readonly Float32Array[],
  scratchBytes: number,
  write: (code: Code, pointers: readonly Local[], shared: SharedFunctions) => void,
): Built {
  const builder = new ModuleBuilder({ module: 'env', name: 'memory', initialPages: 1 })
  const shared: SharedFunctions = { function: (key, parameters, body) => builder.function(key, parameters, body) }
  const count = operands.length + 2
  const body = builder.function('kernel', Array<'i32'>(count).fill('i32'), (code) =>
    write(code, code.parameters, shared),
  )
  builder.export('kernel', body)

  const bytes = [...operands.map((values) => values.byteLength), 4 * sizeOf(resultShape), scratchBytes]
  const addresses: number[] = []
  let top = LINE
  for (const size of bytes) {
    addresses.push(top)
    // A line more than it takes, or arrays of equal sizes would compete for the same lines of a cache.
    top += Math.ceil(size / LINE) * LINE + LINE
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(top / PAGE) })
  operands.forEach((values, i) => {
    new Float32Array(memory.buffer, addresses[i], values.length).set(values)
  })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(builder.toBytes()), { env: { memory } })
  const { kernel } = exports
  if (typeof kernel !== 'function') throw new Error('the kernel was not exported')
  return {
    run: () => void kernel(...addresses),
    result: () => new Float32Array(memory.buffer, addresses[operands.length], sizeOf(resultShape)).slice(),
  }
}
