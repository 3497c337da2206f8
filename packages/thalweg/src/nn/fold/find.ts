/** Which batch norms can be folded, and into what: read off the recorded graph, which knows every use of every value. */
import type { Shape } from '../../base/index.ts'
import { createNode, type Node, readVariable, topologicalOrder } from '../../graph/index.ts'
import { Tensor } from '../../tensor/index.ts'
import { forward, type LayerCall } from '../forward.ts'
import type { Model } from '../layer.ts'
import type { Store } from '../store.ts'

export interface Folding {
  /** Path of the batch norm. */
  readonly batchNorm: string
  /** Path of the layer that takes its scale and shift. */
  readonly into: string
  readonly kind: 'dense' | 'conv' | 'convTranspose'
  /** Of the batch norm. */
  readonly epsilon: number
  readonly channels: number
  /** Convolutions: into how many the channels are split. */
  readonly groups: number
  /** Whether that layer had a bias before. */
  readonly bias: boolean
}

/** A batch norm that stays, and why. */
export interface LeftAlone {
  readonly path: string
  readonly reason: string
}

export interface Foldings {
  /** Paths of the layers that each scope calls, in turn. */
  readonly calls: ReadonlyMap<string, readonly string[]>
  readonly folded: readonly Folding[]
  readonly left: readonly LeftAlone[]
}

export function findFoldings(parts: {
  readonly model: Model
  readonly store: Store
  readonly inputShape: Shape
}): Foldings {
  const { model, store, inputShape } = parts
  const x = new Tensor(createNode('input', [], { name: 'x', shape: [1, ...inputShape], dtype: 'float32' }))
  const seen: LayerCall[] = []
  const output = forward(model, x, { store, training: false, observe: (call) => seen.push(call) })
  const uses = usesOf(
    output.node,
    seen.map((call) => call.output.node),
  )
  const calls = new Map<string, string[]>()
  for (const { path } of seen) {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('.')))
    calls.set(parent, [...(calls.get(parent) ?? []), path])
  }
  const runs = (path: string) => seen.filter((call) => call.path === path).length

  const folded: Folding[] = []
  const left: LeftAlone[] = []
  for (const path of new Set(seen.flatMap(({ path, layer }) => (layer.kind === 'batchNorm' ? [path] : [])))) {
    const result = consider(path)
    if (typeof result === 'string') left.push({ path, reason: result })
    else folded.push(result)
  }
  return { calls, folded, left }

  /** How to fold a batch norm, or why not. */
  function consider(path: string): Folding | string {
    const norm = seen.find((call) => call.path === path)
    if (!norm || runs(path) > 1) return 'it runs more than once'
    const before = seen.find(({ layer, output }) => output.node === norm.input.node && kindOf(layer.kind) !== undefined)
    const kind = before && kindOf(before.layer.kind)
    if (!before || !kind) return 'its input does not come straight from a dense layer or a convolution'
    if (runs(before.path) > 1) return `${before.path} runs more than once`
    if ((uses.get(norm.input.node) ?? 0) !== 1) return `the output of ${before.path} is used elsewhere too`
    const weights = [...store.entries.values()].filter((entry) => entry.path.startsWith(`${before.path}.`))
    const elsewhere = weights.find(({ variable }) => (uses.get(readVariable(variable)) ?? 1) !== 1)
    if (elsewhere) return `${elsewhere.path} is used elsewhere too`
    const { epsilon } = norm.layer.options
    const { groups } = before.layer.options
    return {
      batchNorm: path,
      into: before.path,
      kind,
      epsilon: typeof epsilon === 'number' ? epsilon : 0,
      channels: norm.input.shape[norm.input.shape.length - 1],
      groups: typeof groups === 'number' ? groups : 1,
      bias: store.entries.has(`${before.path}.bias`),
    }
  }
}

function kindOf(kind: string): Folding['kind'] | undefined {
  return kind === 'dense' || kind === 'conv' || kind === 'convTranspose' ? kind : undefined
}

/** How many nodes take each node, those of layers too whose output nobody takes; the model's output counts as one more use. */
function usesOf(output: Node, others: readonly Node[]): Map<Node, number> {
  const uses = new Map<Node, number>([[output, 1]])
  for (const node of topologicalOrder([output, ...others])) {
    for (const input of new Set(node.inputs)) uses.set(input, (uses.get(input) ?? 0) + 1)
  }
  return uses
}
