/** Who races: how each contender is started. One that cannot start says why in its row. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContenderOptions } from './contender.ts'

export interface FieldOptions {
  /** A Python that has torch. */
  readonly python?: string | undefined
  /** A newer Node than the one that runs the bench. */
  readonly newNode?: string | undefined
  /** Names, of those below. */
  readonly only?: readonly string[] | undefined
}

const here = import.meta.dirname
/** Under npm, `node` may be the newer one in node_modules; this is the one that runs npm. */
const ownNode = process.env.npm_node_execpath ?? process.execPath
const program = (name: string): string => join(here, 'contenders', name)
/** Contenders import the library as it is built, so that what is timed (compiling above all) is what users get. */
const typescript = ['--import', 'tsx']

/** Name, and who it is. The first is the one that ratios are of, where there is a newer Node; otherwise the second is. */
export const CONTENDERS = {
  'thalweg-new-node': 'Thalweg on a newer Node',
  thalweg: 'Thalweg on the Node that runs the bench',
  'thalweg-128': 'on the newer Node, without 256-bit instructions',
  'thalweg-strict': 'on the newer Node, in strict numerics',
  pytorch: 'PyTorch on the CPU, with the widest vectors that the processor has',
  'pytorch-avx2': 'the same, its matrix products with 256 bits, which WebAssembly has, too',
  'jax-js': 'jax-js, wasm; needs the newer Node',
  'tfjs-wasm': 'TensorFlow.js, wasm backend',
  'tfjs-cpu': 'TensorFlow.js, plain JavaScript backend',
  convnetjs: 'ConvNetJS',
  brainjs: 'brain.js',
} as const

export type ContenderName = keyof typeof CONTENDERS

export const isContenderName = (name: string): name is ContenderName => Object.hasOwn(CONTENDERS, name)

/**
 * Names of the processors whose kernels OpenBLAS shall use: with the widest vectors, and with 256 bits where those are wider. It is told,
 * because where the processor is newer than itself it falls back to kernels of 2004, which are several times slower.
 */
function openblasCores(): { readonly widest?: string; readonly avx2?: string } {
  if (!existsSync('/proc/cpuinfo')) return {}
  const [, listed = ''] = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? []
  const flags = new Set(listed.trim().split(' '))
  const has = (...names: readonly string[]): boolean => names.every((name) => flags.has(name))
  if (!has('avx2', 'fma')) return {}
  const isWider = has('avx512f', 'avx512bw', 'avx512dq', 'avx512vl')
  return isWider ? { widest: 'SkylakeX', avx2: 'Haswell' } : { widest: 'Haswell' }
}

/** They would take as long on two threads as on one: they are asked once. */
const SINGLE_THREADED: readonly string[] = ['jax-js', 'tfjs-cpu', 'convnetjs', 'brainjs']

interface Programs {
  readonly torch: string
  /** Undefined where there is none. */
  readonly newer: string | undefined
}

function programs({ python, newNode }: FieldOptions): Programs {
  const given = newNode ?? join(here, '../node_modules/node/bin/node')
  return {
    torch: python ?? (existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'),
    newer: existsSync(given) ? given : undefined,
  }
}

/**
 * The contenders in the order of {@link CONTENDERS}: without the configurations of Thalweg that need a newer Node where
 * there is none, without those that have no threads where several are asked for, and without PyTorch's second one where the
 * processor has no more than 256 bits.
 */
export function field(options: FieldOptions, threads: number): ContenderOptions[] {
  const { torch, newer } = programs(options)
  const on = (node: string | undefined, file: string, ...args: string[]) =>
    node === undefined ? undefined : [node, ...(node === newer ? [] : typescript), program(file), ...args]
  const { widest, avx2 } = openblasCores()
  const pytorch = (core: string | undefined) => ({
    command: [torch, program('pytorch.py')],
    env: { OMP_NUM_THREADS: String(threads), ...(core !== undefined && { OPENBLAS_CORETYPE: core }) },
  })
  const commands: Record<ContenderName, Pick<ContenderOptions, 'env'> & { readonly command: string[] | undefined }> = {
    'thalweg-new-node': { command: on(newer, 'thalweg.ts') },
    thalweg: { command: on(ownNode, 'thalweg.ts') },
    'thalweg-128': { command: on(newer, 'thalweg.ts'), env: { THALWEG_WIDE: '0' } },
    'thalweg-strict': { command: on(newer, 'thalweg.ts'), env: { THALWEG_NUMERICS: 'strict' } },
    pytorch: pytorch(widest),
    'pytorch-avx2': avx2 === undefined ? { command: undefined } : pytorch(avx2),
    'jax-js': { command: on(newer ?? ownNode, 'jax.ts') },
    'tfjs-wasm': { command: on(ownNode, 'tfjs.ts', 'wasm') },
    'tfjs-cpu': { command: on(ownNode, 'tfjs.ts', 'cpu') },
    convnetjs: { command: on(ownNode, 'convnet.ts') },
    brainjs: { command: on(ownNode, 'brain.ts') },
  }
  const isWanted = (name: string): boolean =>
    (options.only?.includes(name) ?? true) && (threads === 1 || !SINGLE_THREADED.includes(name))
  return Object.entries(commands).flatMap(([name, { command, env }]) =>
    command === undefined || !isWanted(name) ? [] : [{ name, command, ...(env && { env }) }],
  )
}

/** How the program is started that measures what the machine can do at best, on the newest Node at hand; from source, as the lab is. */
export function peakCommand(options: FieldOptions, threads: number): string[] {
  const { newer } = programs(options)
  const node = newer === undefined ? [ownNode, ...typescript] : [newer]
  return [...node, '--conditions=source', program('peak.ts'), String(threads)]
}
