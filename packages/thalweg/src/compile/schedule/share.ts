/**
 * Sharing: a kernel that reads a value for the last time, element by element, may leave its result in the same place. The
 * memory is in the cache already, and the arena gets smaller.
 */
import type { Buffer, Kernel, Store, Value, View } from '../../backend/index.ts'
import { sizeOf } from '../../base/index.ts'
import { touchedBuffers } from './touched.ts'

type Like = Pick<Buffer, 'shape' | 'dtype'>

/** What a kernel loads and stores at one level, its loops or its epilogue. */
interface Level {
  readonly values: readonly Value[]
  readonly stores: readonly Store[]
}

function levelsOf(kernel: Kernel): Level[] {
  if (kernel.kind === 'loop') return [kernel, { values: kernel.epilogue, stores: kernel.epilogueStores }]
  return kernel.kind === 'contraction' ? [{ values: kernel.epilogue, stores: kernel.epilogueStores }] : []
}

function sameView(a: View, b: View): boolean {
  return a.offset === b.offset && a.strides.every((stride, axis) => stride === b.strides[axis])
}

function loadsOf(values: readonly Value[]): View[] {
  return values.flatMap((value) => (value.kind === 'load' ? [value.view] : []))
}

/**
 * The kernels with buffers shared where that is safe. `isArena` says which buffers may be.
 */
export function shareBuffers(
  kernels: readonly Kernel[],
  buffers: readonly Like[],
  isArena: (buffer: number) => boolean,
): Kernel[] {
  const first = new Map<number, number>()
  const last = new Map<number, number>()
  kernels.forEach((kernel, position) => {
    for (const id of touchedBuffers(kernel)) {
      if (!first.has(id)) first.set(id, position)
      last.set(id, position)
    }
  })
  /** Where each buffer's values really are. */
  const home = new Map<number, number>()
  const homeOf = (id: number): number => home.get(id) ?? id

  kernels.forEach((kernel, position) => {
    const levels = levelsOf(kernel)
    const taken = new Set<number>()
    for (const level of levels)
      for (const { view } of level.stores) {
        if (!isArena(view.buffer) || first.get(view.buffer) !== position) continue
        const found = loadsOf(level.values).find((load) => {
          const fits =
            isArena(load.buffer) &&
            last.get(load.buffer) === position &&
            !taken.has(homeOf(load.buffer)) &&
            alike(load, view)
          return fits && onlySo(load, level)
        })
        if (found === undefined) continue
        taken.add(homeOf(found.buffer))
        home.set(view.buffer, homeOf(found.buffer))
      }

    /** Whether the kernel touches a buffer in no other way than by this load. */
    function onlySo(load: View, own: Level): boolean {
      if (kernel.kind === 'contraction' && kernel.operands.includes(load.buffer)) return false
      return levels.every((level) =>
        [...loadsOf(level.values), ...level.stores.map(({ view }) => view)].every(
          (view) => view.buffer !== load.buffer || (level === own && sameView(view, load)),
        ),
      )
    }
  })

  function alike(load: View, store: View): boolean {
    const [a, b] = [buffers[load.buffer], buffers[store.buffer]]
    return a.dtype === b.dtype && sizeOf(a.shape) === sizeOf(b.shape) && sameView(load, store)
  }

  return home.size === 0 ? [...kernels] : kernels.map((kernel) => onBuffers(kernel, homeOf))
}

/** The kernel over other buffers: `homeOf` says which, for each of its own. */
export function onBuffers(kernel: Kernel, homeOf: (id: number) => number): Kernel {
  const view = <T extends { readonly view: View }>(item: T): T => ({
    ...item,
    view: { ...item.view, buffer: homeOf(item.view.buffer) },
  })
  const values = (list: readonly Value[]): Value[] => list.map((value) => (value.kind === 'load' ? view(value) : value))
  switch (kernel.kind) {
    case 'copy':
      return { ...kernel, from: homeOf(kernel.from), to: homeOf(kernel.to) }
    case 'whole':
      return { ...kernel, operands: kernel.operands.map(homeOf), output: homeOf(kernel.output) }
    case 'contraction':
      return {
        ...kernel,
        operands: [homeOf(kernel.operands[0]), homeOf(kernel.operands[1])],
        epilogue: values(kernel.epilogue),
        epilogueStores: kernel.epilogueStores.map(view),
      }
    case 'loop':
      return {
        ...kernel,
        values: values(kernel.values),
        stores: kernel.stores.map(view),
        epilogue: values(kernel.epilogue),
        epilogueStores: kernel.epilogueStores.map(view),
      }
  }
}
