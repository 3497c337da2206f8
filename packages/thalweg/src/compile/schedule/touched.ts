import type { Kernel } from '../../backend/index.ts'

/** Buffers that a kernel touches. */
export function touchedBuffers(kernel: Kernel): number[] {
  switch (kernel.kind) {
    case 'copy':
      return [kernel.from, kernel.to]
    case 'whole':
      return [...kernel.operands, kernel.output]
    default: {
      const values = kernel.kind === 'loop' ? [...kernel.values, ...kernel.epilogue] : kernel.epilogue
      const stores = kernel.kind === 'loop' ? [...kernel.stores, ...kernel.epilogueStores] : kernel.epilogueStores
      return [
        ...(kernel.kind === 'contraction' ? kernel.operands : []),
        ...values.flatMap((value) => (value.kind === 'load' ? [value.view.buffer] : [])),
        ...stores.map(({ view }) => view.buffer),
      ]
    }
  }
}

/** Those of them that it writes. */
export function writtenBuffers(kernel: Kernel): number[] {
  switch (kernel.kind) {
    case 'copy':
      return [kernel.to]
    case 'whole':
      return [kernel.output]
    default: {
      const stores = kernel.kind === 'loop' ? [...kernel.stores, ...kernel.epilogueStores] : kernel.epilogueStores
      return stores.map(({ view }) => view.buffer)
    }
  }
}
