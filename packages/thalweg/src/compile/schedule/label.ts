/** What a kernel is called in plans and profiles: the layer it belongs to, then what it mainly does. */
import { type ElementwiseOp, isElementwise, type Node, type OpName } from '../../graph/index.ts'
import { operations } from './cost.ts'
import { type Group, resultsOf, type Survey } from './group.ts'

const MOST_NAMES = 3

/** Stands between the layer and what is done. */
const BETWEEN = ': '

/** What a loop is called after that computes nothing. */
const MOVES: ReadonlySet<OpName> = new Set(['broadcast', 'transpose', 'slice', 'flip', 'iota'])

/** The costliest elementwise ops of a group, each once, in the order in which they are computed. */
function elementwiseNames(groups: readonly Iterable<Node>[]): string[] {
  const first = new Map<ElementwiseOp, number>()
  for (const nodes of groups)
    for (const { op, id } of nodes) if (isElementwise(op) && id < (first.get(op) ?? Infinity)) first.set(op, id)
  const costliest = [...first.keys()].sort((a, b) => operations({ op: b }) - operations({ op: a }))
  return costliest.slice(0, MOST_NAMES).sort((a, b) => (first.get(a) ?? 0) - (first.get(b) ?? 0))
}

/** `block1.conv1: conv2d + add, select`. */
export function labelOf(group: Group, survey: Survey | undefined): string {
  const results = resultsOf(group)
  const inlined = survey?.inlined ?? []
  const main = group.head === undefined ? [...new Set(group.folds.map(({ op }) => op))] : [group.head.op]
  const rest = elementwiseNames([inlined, results])
  if (main.length + rest.length === 0)
    rest.push(...new Set([...inlined, ...results].flatMap(({ op }) => (MOVES.has(op) ? [op] : []))))
  const what = [main.join(', '), rest.join(', ')].filter((part) => part !== '').join(' + ')
  const scope = (group.head ?? results[0])?.scope ?? ''
  return [scope, what || 'fill'].filter((part) => part !== '').join(BETWEEN)
}

/** The path of the layer that stands in a label; empty where there is none. */
export function layerIn(label: string): string {
  const end = label.indexOf(BETWEEN)
  return end < 0 ? '' : label.slice(0, end)
}
