/** The ways in which the library can compute: Nodes, threads, numerics, widths of vectors. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

export interface Way {
  /** `Node v24.1.0, 2 threads, strict, 256-bit`. */
  readonly name: string
  /** The program. */
  readonly node: string
  readonly env: Readonly<Record<string, string>>
  /** Ways with the same promise give the same bits: strict numerics anywhere, fast ones on one Node. */
  readonly promise: string
}

type Part = Pick<Way, 'name' | 'env'>

/** Two threads share even the smallest kernels, or tests of small ones would say nothing of them. */
const THREADS: readonly Part[] = [
  { name: '1 thread', env: { THALWEG_THREADS: '1' } },
  { name: '2 threads', env: { THALWEG_THREADS: '2', THALWEG_SHARE_EVENLY: '1' } },
]
const WIDTHS: readonly Part[] = [
  { name: '128-bit', env: { THALWEG_WIDE: '0' } },
  { name: '256-bit', env: { THALWEG_WIDE: '1' } },
]
const NUMERICS = ['fast', 'strict'] as const

export const NEWER_NODE = 'node_modules/node/bin/node'

/** Of this Node, and of `newer` or the one in node_modules where there is one. */
export function allWays(newer?: string): Way[] {
  const other = newer ?? NEWER_NODE
  return [process.execPath, ...(existsSync(other) ? [other] : [])].flatMap(waysOf)
}

function waysOf(node: string): Way[] {
  const version = `Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}`
  const widths = isWide(node) ? WIDTHS : WIDTHS.slice(0, 1)
  return THREADS.flatMap((threads) =>
    NUMERICS.flatMap((numerics) =>
      widths.map(
        (width): Way => ({
          name: [version, threads.name, numerics, width.name].join(', '),
          node,
          env: { ...threads.env, ...width.env, THALWEG_NUMERICS: numerics },
          promise: numerics === 'strict' ? 'strict' : `fast on ${version}`,
        }),
      ),
    ),
  )
}

/** Whether vectors of 256 bits are found to be sound there, which makes one more way. */
function isWide(node: string): boolean {
  const program = "import('thalweg/backend').then(({ wasmBackend }) => console.log(wasmBackend().features.join()))"
  return execFileSync(node, ['--conditions=source', '--import', 'tsx', '-e', program], { encoding: 'utf8' }).includes(
    '256-bit',
  )
}
