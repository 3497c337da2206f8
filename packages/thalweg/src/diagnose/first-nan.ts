/**
 * The first number that stopped being finite. Runs are deterministic, so the steps since the last snapshot are made again,
 * up to the one that spoils something; that one is recorded with a count of what is not finite in each of its values. From
 * a spoilt result the way leads back, through spoilt operands, to an operation whose operands are all sound.
 */
import type { TypedArray } from '../base/index.ts'
import { isElementwise, type Node, topologicalOrder } from '../graph/index.ts'
import { cast, logicalNot, sum, Tensor, isFinite as whereFinite } from '../tensor/index.ts'
import { MODEL } from '../train/array-names.ts'
import type { Origin, Position, SeenStep, Session, StepMoment, StoredArray } from '../train/index.ts'

/** A step as it was made. */
export interface MadeStep {
  readonly rows: Int32Array
  readonly moment: StepMoment
  /** Before it. */
  readonly position: Position
}

export interface Beginning {
  readonly arrays: ReadonlyMap<string, StoredArray>
  /** All steps since, the last one included. */
  readonly steps: readonly MadeStep[]
}

/** Undefined where the steps, made again, spoil nothing: somebody else has changed the weights. */
export function findFirstNan(session: Session, { arrays, steps }: Beginning): Origin | undefined {
  session.restore(arrays)
  const trained = session.store.parameters().map(({ path }) => `${MODEL}${path}`)
  let before = arrays
  for (const made of steps) {
    session.step(made.rows, made.moment)
    const after = session.arrays()
    if (!Number.isFinite(session.lastLoss()) || isSpoilt(after, trained)) {
      session.restore(before)
      return originIn(session, made)
    }
    before = after
  }
  return undefined
}

/** Running statistics are left out: they come of a step's values and go into none, and overflow before these do. */
function isSpoilt(arrays: ReadonlyMap<string, StoredArray>, trained: readonly string[]): boolean {
  return trained.some((name) => arrays.get(name)?.data.every((value) => Number.isFinite(value)) === false)
}

/** The nodes of a step, as far as they can be anything but finite. */
interface Recorded {
  readonly nodes: readonly Node[]
  readonly forward: ReadonlySet<Node>
  readonly ends: readonly { readonly node: Node; readonly parameter?: string }[]
}

function originIn(session: Session, { rows, moment, position }: MadeStep): Origin | undefined {
  let recorded: Recorded | undefined
  const counting = session.observe((seen) => {
    recorded = recordedOf(seen)
    return recorded.nodes.map((node) => sum(cast(logicalNot(whereFinite(new Tensor(node))), 'int32')))
  })
  try {
    const counts = counting.run(rows, moment)
    if (!recorded) return undefined
    const { nodes, ends, forward } = recorded
    const bad: ReadonlySet<Node> = new Set(nodes.filter((_, index) => counts[index][0] > 0))
    const end = ends.find(({ node }) => bad.has(node))
    if (!end) return undefined
    const at = nodes.indexOf(sourceOf(end.node, bad))
    const [value, ...from] = valuesOf(session, { rows, moment, position }, at)
    const node = nodes[at]
    const index = value.findIndex((each) => !Number.isFinite(each))
    const place = placeOf(index, node.shape)
    const isOfExample = node.shape.length > 0 && node.shape[0] === rows.length && node.op !== 'variable'
    const part = forward.has(node) ? 'forward' : node.scope === '' && end.parameter ? 'update' : 'backward'
    return {
      op: node.op,
      part,
      layer: layerOf(node, part, end.parameter),
      epoch: position.epoch + 1,
      step: position.step + 1,
      ...(isOfExample && { example: rows[place[0]] }),
      place,
      value: value[index],
      from: from.map((values) => (isElementwise(node.op) ? values[index] : largest(values))),
    }
  } finally {
    counting.release()
  }
}

/** The loss comes first: what spoils it lies on the way there; then weights, in the order of the layers. */
function recordedOf({ loss, parameters }: SeenStep): Recorded {
  const ends = [{ node: loss.node }, ...parameters.map(({ path, next }) => ({ node: next.node, parameter: path }))]
  const all = topologicalOrder(ends.map(({ node }) => node))
  const nodes = all.filter(({ dtype }) => dtype === 'float32')
  return { nodes, forward: new Set(topologicalOrder([loss.node])), ends }
}

/** From a spoilt value back to the one that was made of sound ones. */
function sourceOf(end: Node, bad: ReadonlySet<Node>): Node {
  let node = end
  for (;;) {
    const spoilt = node.inputs.filter((input) => bad.has(input)).sort((a, b) => a.id - b.id)
    if (spoilt.length === 0) return node
    node = spoilt[0]
  }
}

/** The node's values, then those of its float operands. */
function valuesOf(session: Session, { rows, moment }: MadeStep, at: number): readonly TypedArray[] {
  const reading = session.observe((seen) => {
    const node = recordedOf(seen).nodes[at]
    return [node, ...node.inputs.filter(({ dtype }) => dtype === 'float32')].map((each) => new Tensor(each))
  })
  try {
    return reading.run(rows, moment)
  } finally {
    reading.release()
  }
}

function layerOf(node: Node, part: Origin['part'], parameter: string | undefined): string {
  if (part === 'update') return parameter ?? ''
  return node.op === 'variable' ? node.attributes.variable.name : node.scope
}

function placeOf(index: number, shape: readonly number[]): number[] {
  const place: number[] = []
  let rest = index
  for (const size of [...shape].reverse()) {
    place.unshift(rest % size)
    rest = Math.floor(rest / size)
  }
  return place
}

function largest(values: TypedArray): number {
  let found = 0
  for (const value of values) if (Math.abs(value) > Math.abs(found)) found = value
  return found
}
