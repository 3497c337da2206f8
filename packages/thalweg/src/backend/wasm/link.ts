/** From the bytes of a module to something that runs: on one thread, or on those of a pool. */
import { internal } from '../../base/index.ts'
import type { Memory } from './memory.ts'
import { type Addresses, type Assembly, writeModule } from './module.ts'
import { divide, sharedWork } from './threads/divide.ts'
import type { Job, ThreadPool } from './threads/pool.ts'

export interface Linked {
  run(): void
  /** It cannot run afterwards. */
  release(): void
}

/** Compiles and links at once; a module of kernels is small. */
export function link(assembly: Assembly, addresses: Addresses, memory: Memory, pool: ThreadPool | undefined): Linked {
  const turns = pool === undefined ? [] : divide(assembly.stages, pool.threads, pool.sharing)
  const work = sharedWork(turns)
  const slot = work === 0 ? 0 : (pool?.takeSlot() ?? 0)
  if (pool === undefined || slot === 0) {
    const { run } = compile(writeModule(assembly, addresses, memory.import), memory)
    return { run, release: () => undefined }
  }
  const { threads, sharing, control } = pool
  const walk = { turns, threads, sharing, control, slot }
  const { module, run, lead } = compile(writeModule(assembly, addresses, memory.import, walk), memory)
  const job: Job = { slot, module, work, alone: run, lead, known: false }
  return { run: () => pool.run(job), release: () => pool.release(job) }
}

function compile(
  bytes: Uint8Array<ArrayBuffer>,
  { memory }: Memory,
): { module: WebAssembly.Module; run: () => void; lead: (maySleep: number) => number } {
  const module = new WebAssembly.Module(bytes)
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const exported = (name: string): ((...values: number[]) => number) => {
    const found = exports[name]
    if (typeof found === 'function') return found as (...values: number[]) => number
    throw internal(`the module does not export ${name}`)
  }
  return { module, run: exported('run'), lead: 'lead' in exports ? exported('lead') : () => 0 }
}
