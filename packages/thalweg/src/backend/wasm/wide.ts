/**
 * The 256-bit path. WebAssembly's vectors have 128 bits; V8 can pack pairs of neighbouring operations into AVX2 ones ("revectorize"),
 * an experiment that is off unless a flag asks for it. Here the flag is set, and kernels of every kind that training is
 * made of are compiled both ways and compared bit for bit before it is trusted. Wherever it cannot be had or does not
 * hold, everything goes on as before.
 *
 * The flag holds for the whole process, as all of V8's do, and is read whenever a function is optimized: it stays set.
 */
import type { ElementwiseOp } from '../../graph/index.ts'
import type { ContractionKernel, LoopKernel, Value } from '../program.ts'
import { emitConvolution } from './contraction/convolution.ts'
import { emitMatmul } from './contraction/matmul.ts'
import { type Features, widened } from './features.ts'
import type { EmittedKernel } from './kernel.ts'
import { emitLoop } from './kernels/loop.ts'
import { maxPoolStage } from './kernels/pool.ts'
import { emitWhole } from './kernels/whole.ts'
import type { KernelOf } from './kernels/whole-stage.ts'
import { nodeEngine, nodeModule } from './node.ts'
import { runnable } from './run-kernel.ts'

/** What is used of the module `node:v8`. */
export interface V8 {
  setFlagsFromString(flags: string): void
}

const WIDE = '--experimental-wasm-revectorize'
const NARROW = '--no-experimental-wasm-revectorize'
/** Older engines do not know the flag, or stop at code that newer ones compile. */
const FIRST_V8 = 13

/** Found out once in a process for each set of features: strict kernels have other code than fast ones. */
const found = new Map<string, boolean>()

/** Whether kernels for `features` may count on pairs from now on. */
export function turnOnWide(features: Features): boolean {
  const key = JSON.stringify(features)
  const known = found.get(key)
  if (known !== undefined) return known
  const v8 = revectorizer()
  const isSound = v8 !== undefined && provenSound(v8, (pages) => trials(features).map((trial) => results(trial, pages)))
  found.set(key, isSound)
  return isSound
}

/**
 * Sets the flag if `run` leaves the same bytes with it and without it; else clears it.
 *
 * @param run compiles kernels anew, as modules that begin with so many `pages`, and gives the bytes that each left
 */
export function provenSound(v8: V8, run: (pages: number) => readonly Uint8Array[]): boolean {
  try {
    const plain = optimized(v8, NARROW, () => run(1))
    const paired = optimized(v8, WIDE, () => run(2))
    if (plain.every((bytes, trial) => sameBytes(bytes, paired[trial]))) {
      v8.setFlagsFromString(WIDE)
      return true
    }
  } catch {
    // A kernel that does not compile, or traps, is an answer too.
  }
  v8.setFlagsFromString(NARROW)
  return false
}

/** Flags can be set in Node alone; only x64 has pairs to make. */
function revectorizer(): V8 | undefined {
  const engine = nodeEngine()
  const hasPairs = engine !== undefined && engine.architecture === 'x64' && engine.v8 >= FIRST_V8
  return hasPairs ? nodeModule<V8>('node:v8') : undefined
}

/** Functions that are compiled while `act` runs are optimized at once, under `flag`. */
function optimized<T>(v8: V8, flag: string, act: () => T): T {
  v8.setFlagsFromString(flag)
  v8.setFlagsFromString('--no-liftoff')
  try {
    return act()
  } finally {
    v8.setFlagsFromString('--liftoff')
  }
}

export interface Trial {
  readonly kernel: EmittedKernel
  readonly buffers: readonly Float32Array[]
}

/** Runs a kernel and hands back all bytes it left. */
export function results({ kernel, buffers }: Trial, pages: number): Uint8Array {
  runnable(kernel, pages).run(buffers)
  return Uint8Array.from(buffers.flatMap(({ buffer }) => [...new Uint8Array(buffer)]))
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** A product, convolutions of both kinds with their epilogue, an elementwise chain with sums, and pooling; nothing divides evenly. */
export function trials(narrow: Features): Trial[] {
  const features = widened(narrow)
  return [product(features), convolution(features, 7, 5), convolution(features, 13, 16), chain(), pooling()]
}

const RESULT: Value = { kind: 'result', reduction: 0, dtype: 'float32' }
const load = (buffer: number, ...strides: number[]): Value => ({
  kind: 'load',
  view: { buffer, offset: 0, strides },
  dtype: 'float32',
})
const apply = (op: ElementwiseOp, ...operands: number[]): Value => ({ kind: 'apply', op, operands, dtype: 'float32' })

/** Of both signs, with all bits of the fraction in use. */
function numbers(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898) * 3)
}

function product(features: Features): Trial {
  const [m, k, n] = [9, 37, 40]
  const kernel: Extract<ContractionKernel, { op: 'matmul' }> = {
    kind: 'contraction',
    label: 'trial',
    op: 'matmul',
    attributes: { transposeA: true, transposeB: false },
    operands: [0, 1],
    operandShapes: [
      [k, m],
      [k, n],
    ],
    shape: [m, n],
    epilogue: [RESULT],
    epilogueStores: [{ value: 0, view: { buffer: 2, offset: 0, strides: [n, 1] } }],
  }
  return { kernel: emitMatmul(kernel, features), buffers: [numbers(k * m), numbers(k * n), numbers(m * n)] }
}

/** With 16 channels and more it saves multiplications (contraction/winograd.ts). */
function convolution(features: Features, size: number, channels: number): Trial {
  const filters = 24
  const kernel: Extract<ContractionKernel, { op: 'conv2d' }> = {
    kind: 'contraction',
    label: 'trial',
    op: 'conv2d',
    attributes: { strides: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 },
    operands: [0, 1],
    operandShapes: [
      [1, size, size, channels],
      [3, 3, channels, filters],
    ],
    shape: [1, size, size, filters],
    epilogue: [RESULT, load(2, 0, 0, 0, 1), apply('add', 0, 1), apply('tanh', 2)],
    epilogueStores: [{ value: 3, view: { buffer: 3, offset: 0, strides: [0, size * filters, filters, 1] } }],
  }
  const buffers = [size * size * channels, 9 * channels * filters, filters, size * size * filters].map(numbers)
  return { kernel: emitConvolution(kernel, features), buffers }
}

function chain(): Trial {
  const [rows, columns] = [5, 83]
  const kernel: LoopKernel = {
    kind: 'loop',
    label: 'trial',
    shape: [rows, columns],
    keptAxes: 1,
    values: [load(0, columns, 1), load(1, 0, 1), apply('mul', 0, 1), apply('exp', 2), apply('max', 3, 0)],
    stores: [{ value: 4, view: { buffer: 2, offset: 0, strides: [columns, 1] } }],
    reductions: [{ op: 'sum', value: 4, dtype: 'float32' }],
    epilogue: [RESULT],
    epilogueStores: [{ value: 0, view: { buffer: 3, offset: 0, strides: [1] } }],
  }
  return { kernel: emitLoop(kernel), buffers: [rows * columns, columns, rows * columns, rows].map(numbers) }
}

function pooling(): Trial {
  const [size, channels] = [6, 12]
  const kernel: KernelOf<'maxPool'> = {
    kind: 'whole',
    label: 'trial',
    op: 'maxPool',
    attributes: { window: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0] },
    operands: [0],
    operandShapes: [[1, size, size, channels]],
    shape: [1, size / 2, size / 2, channels],
    dtype: 'float32',
    output: 1,
  }
  const buffers = [numbers(size * size * channels), numbers((size / 2) ** 2 * channels)]
  return { kernel: emitWhole(kernel, [{ dtype: 'float32' }, { dtype: 'float32' }], maxPoolStage), buffers }
}
