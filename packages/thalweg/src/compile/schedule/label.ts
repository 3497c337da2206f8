/** What a kernel is called in plans and profiles: the layer it belongs to, then what it mainly does. */
import { isElementwise, type Node, type OpName } from '../../graph/index.ts'
import { operations } from './cost.ts'
import { type Group, resultsOf, type Survey } from './group.ts'

const MOST_NAMES = 3

/** What a loop is called after that computes nothing. */
const MOVES: ReadonlySet<OpName> = new Set(['broadcast', 'transpose', 'slice', 'flip', 'iota'])

/** The costliest elementwise ops of a group, each once, in the order in which they are computed. */
function elementwiseNames(nodes: readonly Node[]): string[] {
  const names = new Map<string, number>()
  for (const node of nodes)
    if (isElementwise(node.op)) names.set(node.op, Math.max(names.get(node.op) ?? 0, operations(node)))
  const costliest = [...names].sort(([, a], [, b]) => b - a).slice(0, MOST_NAMES)
  const chosen = new Set(costliest.map(([name]) => name))
  return [...names.keys()].filter((name) => chosen.has(name))
}

/** `block1.conv1: conv2d + add, select`. */
export function labelOf(group: Group, survey: Survey | undefined): string {
  const results = resultsOf(group)
  const nodes = [...(survey?.inlined ?? []), ...results].sort((a, b) => a.id - b.id)
  const main = group.head === undefined ? [...new Set(group.folds.map(({ op }) => op))] : [group.head.op]
  const rest = elementwiseNames(nodes)
  if (main.length + rest.length === 0) rest.push(...new Set(nodes.flatMap(({ op }) => (MOVES.has(op) ? [op] : []))))
  const what = [main.join(', '), rest.join(', ')].filter((part) => part !== '').join(' + ')
  const scope = (group.head ?? results[0])?.scope ?? ''
  return [scope, what || 'fill'].filter((part) => part !== '').join(': ')
}
