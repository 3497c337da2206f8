/**
 * From lowered kernels to one WebAssembly module: stages in order, one function for all stages of a key, and an exported
 * `run` that calls every stage with the addresses of its buffers.
 */
import { internal } from '../../base/index.ts'
import type { Buffer, Lowered } from '../program.ts'
import { type MemoryImport, ModuleBuilder } from './assembler.ts'
import type { Code, FunctionReference, Int } from './code.ts'
import { emitKernel } from './emit.ts'
import type { Features } from './features.ts'
import type { EmittedKernel, Pointer, SharedFunctions, Stage } from './kernel.ts'
import { align } from './memory.ts'
import { type Walk, writeWalk } from './threads/walk.ts'

/** Kernels as stages, and the memory they need beside their buffers. */
export interface Assembly {
  readonly stages: readonly Stage[]
  readonly scratchBytes: number
  /** For each thread. */
  readonly privateBytes: number
  /** Each distinct table once. */
  readonly tables: readonly Int32Array[]
  readonly tableBytes: number
  /** Bytes from the start of the tables to the one with this content. */
  tableOffset(data: Int32Array): number
}

/** All kernels of a program. */
export interface ProgramAssembly extends Assembly {
  /** The stages of each kernel by itself. */
  readonly kernels: readonly (readonly Stage[])[]
}

/** Where things lie; byte addresses. */
export interface Addresses {
  buffer(id: number): number
  readonly scratch: number
  /** Of the first thread; the others' follow. */
  readonly private: number
  readonly tables: number
}

export function assemble(lowered: Lowered, features: Features): ProgramAssembly {
  const kernels = lowered.kernels.map((kernel) => emitKernel(kernel, lowered.buffers, features))
  const stages = kernels.flatMap((kernel) => kernel.stages)
  const tables = placeTables(stages)
  return {
    stages,
    kernels: kernels.map((kernel) => kernel.stages),
    scratchBytes: largest(kernels, (kernel) => kernel.scratchBytes),
    privateBytes: align(largest(kernels, (kernel) => kernel.privateBytes)),
    ...tables,
  }
}

/** Lays tables one after another, those of equal content once. */
function placeTables(stages: readonly Stage[]): Pick<Assembly, 'tables' | 'tableBytes' | 'tableOffset'> {
  const offsets = new Map<Int32Array, number>()
  const known = new Map<string, number>()
  const tables: Int32Array[] = []
  let tableBytes = 0
  for (const { pointers } of stages)
    for (const pointer of pointers) {
      if (pointer.kind !== 'table' || offsets.has(pointer.data)) continue
      const content = pointer.data.join()
      const offset = known.get(content) ?? tableBytes
      offsets.set(pointer.data, offset)
      if (known.has(content)) continue
      known.set(content, offset)
      tables.push(pointer.data)
      tableBytes += align(pointer.data.byteLength)
    }
  return {
    tables,
    tableBytes,
    tableOffset(data) {
      const offset = offsets.get(data)
      if (offset === undefined) throw internal('a stage asks for a table that it did not name')
      return offset
    },
  }
}

/** The bytes of a module that exports `run`, and, where threads share it, `lead` and `help` (threads/walk.ts). */
export function writeModule(
  assembly: Assembly,
  addresses: Addresses,
  memory: MemoryImport,
  walk?: Walk,
): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder(memory)
  const shared = createShared(builder)
  const functions = new Map<string, FunctionReference>()
  for (const stage of assembly.stages)
    if (!functions.has(stage.key)) functions.set(stage.key, writeStage(builder, stage, shared))

  const addressOf = (pointer: Exclude<Pointer, { kind: 'private' }>): number => {
    if (pointer.kind === 'buffer') return addresses.buffer(pointer.buffer)
    if (pointer.kind === 'table') return addresses.tables + assembly.tableOffset(pointer.data)
    return addresses.scratch + pointer.offset
  }
  const call = (code: Code, stage: Stage, start: Int, end: Int, thread: Int): void => {
    const callee = functions.get(stage.key)
    if (callee === undefined || stage.units === 0) return
    code.ints(start, end)
    for (const pointer of stage.pointers)
      if (pointer.kind !== 'private') code.i32(addressOf(pointer))
      else code.sum(addresses.private + pointer.offset, [thread, assembly.privateBytes])
    code.call(callee)
  }
  const run = builder.function('run', [], (code) => {
    for (const stage of assembly.stages) call(code, stage, 0, stage.units, 0)
  })
  builder.export('run', run)
  if (walk !== undefined) writeWalk(builder, walk, call)
  return builder.toBytes()
}

function writeStage(builder: ModuleBuilder, stage: Stage, shared: SharedFunctions): FunctionReference {
  const parameters = ['i32', 'i32', ...stage.pointers.map(() => 'i32' as const)] as const
  return builder.function(stage.name, parameters, (code) => {
    const [start, end, ...pointers] = code.parameters
    stage.emit(code, { start, end, pointers }, shared)
  })
}

function createShared(builder: ModuleBuilder): SharedFunctions {
  const known = new Map<string, FunctionReference>()
  return {
    function(key, parameters, write) {
      const existing = known.get(key)
      if (existing !== undefined) return existing
      const created = builder.function(key, parameters, write)
      known.set(key, created)
      return created
    },
  }
}

function largest(kernels: readonly EmittedKernel[], bytes: (kernel: EmittedKernel) => number): number {
  return kernels.reduce((most, kernel) => Math.max(most, bytes(kernel)), 0)
}

/** Bytes of a buffer; every element type takes four. */
export function bytesOf(buffer: Buffer): number {
  return buffer.shape.reduce((size, dimension) => size * dimension, 4)
}
