/**
 * The memory of a backend: one WebAssembly.Memory that grows, and a first-fit allocator over it. Views are made anew each
 * time they are asked for, because growth detaches the old ones.
 */
import { internal, ThalwegError } from '../../base/index.ts'
import { withinMemory } from '../out-of-memory.ts'
import type { MemoryImport } from './assembler.ts'

/** Lines of the cache: no two allocations share one, so threads that write neighbours do not disturb each other. */
export const ALIGNMENT = 64
const PAGE_BYTES = 65536
/** Grown by this much at least, so that many small allocations do not detach views each time. */
const GROWTH_BYTES = 1 << 20
/** Addresses have 32 bits. */
const MOST_PAGES = 65535
/**
 * A shared memory has to say how large it may become, and some engines set so much address space aside at once: less is
 * asked for where they refuse.
 */
const SHARED_PAGES = [MOST_PAGES, 32768, 16384]
/** Vector code may read a few elements behind the end of a buffer; the last buffer needs something there too. */
const MARGIN_BYTES = 256

interface Region {
  readonly address: number
  readonly bytes: number
}

export class Memory {
  readonly memory: WebAssembly.Memory
  /** How modules import it. */
  readonly import: MemoryImport
  private readonly mostPages: number
  private readonly taken = new Map<number, number>()
  /** In order of address; neighbours are merged. */
  private free: Region[]

  /** `shared`: with threads; where the engine refuses that, `isShared` is false. */
  constructor(shared = false) {
    const initial = GROWTH_BYTES / PAGE_BYTES
    const sharing = shared ? sharedMemory(initial) : undefined
    this.memory = sharing?.memory ?? withinMemory('wasm', () => new WebAssembly.Memory({ initial }))
    this.mostPages = sharing?.mostPages ?? MOST_PAGES
    const from = { module: 'env', name: 'memory', initialPages: 0 }
    this.import = sharing === undefined ? from : { ...from, maximumPages: MOST_PAGES, shared: true }
    // Address 0 stays unused: it is what an unset local holds.
    this.free = [{ address: ALIGNMENT, bytes: GROWTH_BYTES - ALIGNMENT - MARGIN_BYTES }]
  }

  get isShared(): boolean {
    return this.import.shared === true
  }

  /** Bytes that are free, or would be if the memory grew as far as addresses go. */
  get room(): number {
    const grown = this.mostPages * PAGE_BYTES - this.memory.buffer.byteLength
    return this.free.reduce((sum, { bytes }) => sum + bytes, grown)
  }

  /** Bytes that are taken. */
  get usedBytes(): number {
    let sum = 0
    for (const bytes of this.taken.values()) sum += bytes
    return sum
  }

  /**
   * Memory of unknown content; its address is a multiple of 64.
   *
   * @throws ThalwegError `backend/out-of-memory`
   */
  allocate(bytes: number): number {
    const needed = Math.max(align(bytes), ALIGNMENT)
    if (!this.free.some((region) => region.bytes >= needed)) this.grow(needed)
    const index = this.free.findIndex((region) => region.bytes >= needed)
    const region = this.free[index]
    const rest = { address: region.address + needed, bytes: region.bytes - needed }
    this.free.splice(index, 1, ...(rest.bytes > 0 ? [rest] : []))
    this.taken.set(region.address, needed)
    return region.address
  }

  release(address: number): void {
    const bytes = this.taken.get(address)
    if (bytes === undefined) throw internal('memory was released that is not taken', String(address))
    this.taken.delete(address)
    this.addFree({ address, bytes })
  }

  floats(address: number, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.memory.buffer, address, length)
  }

  integers(address: number, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.memory.buffer, address, length)
  }

  clear(address: number, bytes: number): void {
    new Uint8Array(this.memory.buffer, address, bytes).fill(0)
  }

  private grow(needed: number): void {
    const last = this.free.at(-1)
    const size = this.memory.buffer.byteLength
    const end = size - MARGIN_BYTES
    const atEnd = last !== undefined && last.address + last.bytes === end ? last.bytes : 0
    const more = Math.ceil(Math.max(needed - atEnd, GROWTH_BYTES) / PAGE_BYTES)
    const limit = this.mostPages * PAGE_BYTES
    if (size + more * PAGE_BYTES > limit) throw outOfMemory(needed, size, limit)
    try {
      this.memory.grow(more)
    } catch {
      throw outOfMemory(needed, size, limit)
    }
    this.addFree({ address: end, bytes: more * PAGE_BYTES })
  }

  private addFree(region: Region): void {
    const merged: Region[] = []
    for (const next of [...this.free, region].sort((a, b) => a.address - b.address)) {
      const before = merged.at(-1)
      if (before !== undefined && before.address + before.bytes === next.address)
        merged[merged.length - 1] = { address: before.address, bytes: before.bytes + next.bytes }
      else merged.push(next)
    }
    this.free = merged
  }
}

export function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}

function sharedMemory(initial: number): { memory: WebAssembly.Memory; mostPages: number } | undefined {
  for (const mostPages of SHARED_PAGES)
    try {
      return { memory: new WebAssembly.Memory({ initial, maximum: mostPages, shared: true }), mostPages }
    } catch {
      // Less, or none at all.
    }
  return undefined
}

function outOfMemory(needed: number, size: number, limit: number): ThalwegError {
  const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
  return new ThalwegError('backend/out-of-memory', {
    rule: `wasm: values, plans and parameters must fit into ${Math.round(limit / 2 ** 30)} GiB of WebAssembly memory, and into the memory of the machine`,
    received: `${megabytes(needed)} more than the ${megabytes(size)} there are`,
    try: 'use a smaller batch, or a smaller network',
  })
}
