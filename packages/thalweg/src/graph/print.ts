/** Nodes as text, for plans, errors and people. */
import { formatShape } from '../base/index.ts'
import { type Node, topologicalOrder } from './node.ts'

function attributesText(node: Node): string {
  const parts: string[] = []
  for (const [key, value] of Object.entries(node.attributes)) {
    if (key === 'data' || key === 'shape' || key === 'dtype') continue
    if (key === 'variable' || key === 'rule') parts.push((value as { name: string }).name)
    else parts.push(`${key}=${Array.isArray(value) ? `[${value}]` : String(value)}`)
  }
  return parts.length > 0 ? ` {${parts.join(' ')}}` : ''
}

/** `%12 = add(%10, %11) float32 [64,256] dense1`. */
export function printNode(node: Node): string {
  const inputs = node.inputs.map((input) => `%${input.id}`).join(', ')
  return `%${node.id} = ${node.op}(${inputs})${attributesText(node)} ${node.dtype} ${formatShape(node.shape)} ${node.scope}`.trimEnd()
}

/** Every node that `roots` need, one a line, inputs before users. */
export function printGraph(roots: readonly Node[]): string {
  return topologicalOrder(roots).map(printNode).join('\n')
}
