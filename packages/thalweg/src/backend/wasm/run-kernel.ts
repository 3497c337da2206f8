/**
 * Runs one emitted kernel by itself, its units split as one likes: for tests, for the kernel lab, and to find out what an
 * engine does with it (wide.ts). Programs run through backend.ts.
 */
import { internal } from '../../base/index.ts'
import { ModuleBuilder } from './assembler.ts'
import type { FunctionReference } from './code.ts'
import type { EmittedKernel, Pointer, SharedFunctions, Stage } from './kernel.ts'

type StageFunction = (start: number, end: number, ...pointers: number[]) => void

/** The ranges, in the order in which they are to run, that together cover 0..units-1. */
export type Split = (units: number) => readonly (readonly [start: number, end: number])[]

/** Cut at these places (modulo the number of units), the last range first. */
export function cutAt(...cuts: readonly number[]): Split {
  return (units) => {
    const at = [...new Set([0, ...cuts.map((cut) => cut % (units + 1)), units])].sort((a, b) => a - b)
    return at
      .slice(1)
      .map((end, i) => [at[i], end] as const)
      .reverse()
  }
}

export interface RunnableKernel {
  readonly codeBytes: number
  /** Buffer number `i` is the array `buffers[i]`: copied in, and after the run copied back. */
  run(buffers: readonly (Float32Array | Int32Array)[], split?: Split): void
  /** Runs again on what the last run left in memory. */
  again(): void
}

const ALIGNMENT = 64
const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT

/** @param pages of memory to begin with; engines compile a module again only if some byte of it differs, and this is one */
export function runnable(kernel: EmittedKernel, pages = 1): RunnableKernel {
  const { module, bytes } = compile(kernel.stages, pages)
  const memory = new WebAssembly.Memory({ initial: pages })
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  let calls: (() => void)[] = []

  return {
    codeBytes: bytes,
    run(buffers, split = (units) => [[0, units]]) {
      let top = ALIGNMENT
      const place = (size: number): number => {
        const address = top
        top = align(top + size)
        return address
      }
      const addresses = buffers.map((buffer) => place(buffer.byteLength))
      const scratch = place(kernel.scratchBytes)
      const privates = place(kernel.privateBytes)
      const tables: { address: number; data: Int32Array }[] = []
      const addressOf = (pointer: Pointer): number => {
        if (pointer.kind === 'buffer') return addresses[pointer.buffer]
        if (pointer.kind === 'scratch') return scratch + pointer.offset
        if (pointer.kind === 'private') return privates + pointer.offset
        tables.push({ address: place(pointer.data.byteLength), data: pointer.data })
        return tables[tables.length - 1].address
      }
      calls = kernel.stages.flatMap((stage, i) => {
        const run = exports[`stage${i}`]
        if (typeof run !== 'function') throw internal('a stage was not exported')
        const pointers = stage.pointers.map(addressOf)
        return split(stage.units).map(([start, end]) => () => {
          ;(run as StageFunction)(start, end, ...pointers)
        })
      })
      const missing = top + ALIGNMENT - memory.buffer.byteLength
      if (missing > 0) memory.grow(Math.ceil(missing / 65536))
      const view = (buffer: Float32Array | Int32Array, address: number): Float32Array | Int32Array =>
        buffer instanceof Float32Array
          ? new Float32Array(memory.buffer, address, buffer.length)
          : new Int32Array(memory.buffer, address, buffer.length)
      // What a kernel leaves unwritten must not look right by chance.
      new Uint8Array(memory.buffer).fill(0x7d)
      buffers.forEach((buffer, i) => {
        view(buffer, addresses[i]).set(buffer)
      })
      for (const { address, data } of tables) view(data, address).set(data)
      for (const call of calls) call()
      buffers.forEach((buffer, i) => {
        buffer.set(view(buffer, addresses[i]))
      })
    },
    again() {
      for (const call of calls) call()
    },
  }
}

function compile(stages: readonly Stage[], initialPages: number): { module: WebAssembly.Module; bytes: number } {
  const builder = new ModuleBuilder({ module: 'env', name: 'memory', initialPages })
  const known = new Map<string, FunctionReference>()
  const shared: SharedFunctions = {
    function(key, parameters, write) {
      const created = known.get(key) ?? builder.function(key, parameters, write)
      known.set(key, created)
      return created
    },
  }
  stages.forEach((stage, i) => {
    const parameters = ['i32', 'i32', ...stage.pointers.map(() => 'i32' as const)] as const
    const written = builder.function(stage.name, parameters, (code) => {
      const [start, end, ...pointers] = code.parameters
      stage.emit(code, { start, end, pointers }, shared)
    })
    builder.export(`stage${i}`, written)
  })
  const bytes = builder.toBytes()
  return { module: new WebAssembly.Module(bytes), bytes: bytes.length }
}
