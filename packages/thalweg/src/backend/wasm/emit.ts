/** Which file lowers which kernel. All contractions feed the one inner loop of contraction/tile.ts. */
import { sizeOf } from '../../base/index.ts'
import type { Buffer, CopyKernel, Kernel } from '../program.ts'
import { emitMatmul } from './contraction/matmul.ts'
import { emitFamilyContraction } from './families.ts'
import type { Features } from './features.ts'
import type { EmittedKernel } from './kernel.ts'
import { emitLoop } from './kernels/loop.ts'
import { emitWhole } from './kernels/whole.ts'

export function emitKernel(kernel: Kernel, buffers: readonly Buffer[], features: Features): EmittedKernel {
  switch (kernel.kind) {
    case 'loop':
      return emitLoop(kernel)
    case 'contraction':
      return kernel.op === 'matmul' ? emitMatmul(kernel, features) : emitFamilyContraction(kernel, features)
    case 'whole':
      return emitWhole(kernel, buffers)
    case 'copy':
      return emitCopy(kernel, buffers)
  }
}

/** Large enough that a call does not matter, small enough that threads can share a copy. */
const COPY_BYTES = 16384
const COPY_BYTES_PER_NS = 8

function emitCopy({ label, from, to }: CopyKernel, buffers: readonly Buffer[]): EmittedKernel {
  const bytes = sizeOf(buffers[from].shape) * 4
  const stage = {
    name: `${label} copy`,
    units: Math.ceil(bytes / COPY_BYTES),
    work: bytes / COPY_BYTES_PER_NS,
    pointers: [
      { kind: 'buffer', buffer: from },
      { kind: 'buffer', buffer: to },
    ],
    key: `copy ${bytes}`,
    emit: (code, { start, end, pointers: [source, target] }) => {
      const first = code.local('i32')
      const last = code.local('i32')
      code.get(start).i32(COPY_BYTES).op('i32.mul').set(first)
      code.get(end).i32(COPY_BYTES).op('i32.mul').tee(last)
      code.i32(bytes).get(last).i32(bytes).op('i32.lt_u').op('select').set(last)
      code.get(target).get(first).op('i32.add')
      code.get(source).get(first).op('i32.add')
      code.get(last).get(first).op('i32.sub').copyMemory()
    },
  } satisfies EmittedKernel['stages'][number]
  return { stages: [stage], scratchBytes: 0, privateBytes: 0 }
}
