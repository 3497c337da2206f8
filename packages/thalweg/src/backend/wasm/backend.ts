/**
 * The backend that trains: values lie in one WebAssembly memory, a program becomes one WebAssembly module with 128-bit SIMD.
 * Compiling and running are synchronous; nothing is allocated in a run.
 */
import { type DType, internal, type Shape, sizeOf, type TypedArray } from '../../base/index.ts'
import type { Variable } from '../../graph/index.ts'
import type { Backend, Executable, Program, Storage } from '../backend.ts'
import { withinMemory } from '../out-of-memory.ts'
import type { Buffer, Lowered } from '../program.ts'
import { chooseFeatures, type FeatureChoice } from './choose-features.ts'
import { describeFeatures, type Features } from './features.ts'
import { type Linked, link } from './link.ts'
import { align, Memory } from './memory.ts'
import { assemble, bytesOf } from './module.ts'
import { checkChoice, checkOptions } from './options.ts'
import type { Sharing } from './threads/divide.ts'
import { canShareMemory, checkedThreads, defaultSharing, defaultThreads } from './threads/host.ts'
import { ThreadPool } from './threads/pool.ts'

export interface WasmOptions extends FeatureChoice {
  /** What kernels may use, in full, instead of a choice from what the engine has. */
  readonly features?: Features
  /**
   * Threads to compute with, the calling one included; results do not depend on it. Default: THALWEG_THREADS, else the cores
   * there are. Where memory cannot be shared (a page that is not cross-origin isolated) it is 1.
   */
  readonly threads?: number
  /**
   * `evenly` gives every thread its part of even the smallest kernels, and waits for it: slow, for tests of threads. Default:
   * `worthwhile`, or `evenly` where THALWEG_SHARE_EVENLY is 1.
   */
  readonly sharing?: Sharing
}

/** A value at a place in the memory of one backend. */
class WasmStorage implements Storage {
  readonly shape: Shape
  readonly dtype: DType
  readonly address: number
  readonly memory: Memory
  private view: Float32Array | Int32Array | undefined

  constructor(memory: Memory, shape: Shape, dtype: DType, address: number) {
    this.memory = memory
    this.shape = shape
    this.dtype = dtype
    this.address = address
  }

  /** The value where it lies; kept, so that a step makes no garbage, until the memory grows and leaves it behind. */
  get values(): Float32Array | Int32Array {
    if (this.view?.buffer === this.memory.memory.buffer) return this.view
    const { memory, address, shape } = this
    this.view =
      this.dtype === 'float32' ? memory.floats(address, sizeOf(shape)) : memory.integers(address, sizeOf(shape))
    return this.view
  }
}

/**
 * A WebAssembly backend with its own memory.
 *
 * @throws ThalwegError `backend/no-simd` where the engine has no WebAssembly SIMD
 * @throws ThalwegError `backend/bad-threads` where the number of threads is not a whole number of at least 1
 * @throws ThalwegError `backend/bad-option`, `backend/unknown-option`, `backend/bad-numerics`, and `backend/bad-switch` for an
 * environment variable that says neither yes nor no
 */
export function wasmBackend(options: WasmOptions = {}): Backend {
  checkOptions(options, NAMES)
  checkChoice('wide', options.wide, [true, false])
  checkChoice('sharing', options.sharing, ['worthwhile', 'evenly'])
  const features = options.features ?? chooseFeatures(options)
  const threads = options.threads === undefined ? defaultThreads() : checkedThreads(options.threads, 'wasmBackend')
  const memory = new Memory(threads > 1 && canShareMemory())
  const { sharing = defaultSharing() } = options
  return backendOn(memory, features, memory.isShared ? new ThreadPool(memory, { threads, sharing }) : undefined)
}

const NAMES = Object.keys({ threads: 0, numerics: 0, wide: 0, sharing: 0, features: 0 } satisfies Record<
  keyof WasmOptions,
  0
>)

/** The backend on a memory of its own, with the threads of a pool over it. */
export function backendOn(memory: Memory, features: Features, pool: ThreadPool | undefined): Backend {
  const placed = (storage: Storage): WasmStorage => {
    if (storage instanceof WasmStorage && storage.memory === memory) return storage
    throw internal('a value of another backend was handed to a wasm backend')
  }

  const used = pool?.threads ?? 1
  const backend: Backend = {
    name: 'wasm',
    features: [...describeFeatures(features), `${used} thread${used === 1 ? '' : 's'}`],
    room: () => memory.room,
    allocate(shape, dtype) {
      const bytes = sizeOf(shape) * 4
      const address = memory.allocate(bytes)
      memory.clear(address, bytes)
      return new WasmStorage(memory, shape, dtype, address)
    },
    free(storage) {
      memory.release(placed(storage).address)
    },
    write(storage, data) {
      writeValues(placed(storage), data)
    },
    read(storage, into) {
      const { values } = placed(storage)
      into?.set(values)
      return into ?? withinMemory('read', () => values.slice())
    },
    release: () => pool?.stop(),
    prepare: (program, storageOf) =>
      prepare({ memory, features, pool }, program, (variable) => placed(storageOf(variable)).address),
  }
  if (pool !== undefined) abandoned.register(backend, pool)
  return backend
}

/** Stops the helpers of backends that nobody can reach any more. */
const abandoned = new FinalizationRegistry<ThreadPool>((pool) => pool.stop())

interface Parts {
  readonly memory: Memory
  readonly features: Features
  /** None where there is one thread. */
  readonly pool: ThreadPool | undefined
}

function writeValues({ values, dtype }: WasmStorage, data: TypedArray): void {
  if (data.length !== values.length)
    throw internal('a value was written with another size', `${data.length} for ${values.length}`)
  if (dtype !== 'bool') values.set(data)
  else for (let i = 0; i < values.length; i++) values[i] = data[i] === 0 ? 0 : 1
}

/** Lays a program out: one piece of memory for its inputs, outputs, literals, tables, arena and scratch, then its code. */
function prepare(
  { memory, features, pool }: Parts,
  program: Program,
  addressOf: (variable: Variable) => number,
): Executable {
  const { lowered } = program
  const assembly = assemble(lowered, features)
  const layout = new Layout()
  const own = new Map<number, number>()
  for (const buffer of lowered.buffers)
    if (buffer.place.kind === 'input' || buffer.place.kind === 'output' || buffer.place.kind === 'literal')
      own.set(buffer.id, layout.add(bytesOf(buffer)))
  const arena = layout.add(lowered.arenaBytes)
  const tables = layout.add(assembly.tableBytes)
  const scratch = layout.add(assembly.scratchBytes)
  const privates = layout.add(assembly.privateBytes * (pool?.threads ?? 1))

  const base = memory.allocate(layout.bytes)
  const addressOfBuffer = (id: number): number => {
    const { place } = lowered.buffers[id]
    if (place.kind === 'arena') return base + arena + place.offset
    if (place.kind === 'variable') return addressOf(place.variable)
    return base + (own.get(id) ?? 0)
  }
  const storages = (kind: 'input' | 'output'): WasmStorage[] =>
    buffersAt(lowered, kind).map(({ id, shape, dtype }) => new WasmStorage(memory, shape, dtype, addressOfBuffer(id)))

  try {
    for (const { id, shape, dtype, place } of lowered.buffers)
      if (place.kind === 'literal') writeValues(new WasmStorage(memory, shape, dtype, addressOfBuffer(id)), place.data)
    for (const table of assembly.tables)
      memory.integers(base + tables + assembly.tableOffset(table), table.length).set(table)
    const addresses = {
      buffer: addressOfBuffer,
      tables: base + tables,
      scratch: base + scratch,
      private: base + privates,
    }
    const whole = withinMemory('compile', () => link(assembly, addresses, memory, pool))
    let parts: readonly Linked[] = []
    return {
      inputs: storages('input'),
      outputs: storages('output'),
      run: whole.run,
      kernels() {
        if (parts.length === 0)
          parts = assembly.kernels.map((stages) => link({ ...assembly, stages }, addresses, memory, pool))
        return parts.map(({ run }) => run)
      },
      release() {
        for (const { release } of [whole, ...parts]) release()
        memory.release(base)
      },
    }
  } catch (error) {
    memory.release(base)
    throw error
  }
}

/** The buffers that are the step's inputs, or outputs, in their order. */
function buffersAt(lowered: Lowered, kind: 'input' | 'output'): Buffer[] {
  const found: Buffer[] = []
  for (const buffer of lowered.buffers) if (buffer.place.kind === kind) found[buffer.place.index] = buffer
  return found
}

/** Offsets of things that lie one after another. */
class Layout {
  bytes = 0

  add(bytes: number): number {
    const offset = this.bytes
    this.bytes += align(bytes)
    return offset
  }
}
