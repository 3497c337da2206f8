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
import { exampleOf, examplesFirst, floatOperands, largest } from './spoilt-example.ts'

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

/**
 * Of a loss or a weight; where none is spoilt, of what is kept beside them. Undefined where the steps, made again, spoil nothing:
 * the data has changed, or somebody else the weights.
 */
export function findFirstNan(session: Session, { arrays, steps }: Beginning): Origin | undefined {
  session.restore(arrays)
  const trained = trainedNames(session)
  let before = arrays
  let state = steps[0] && spoiltState(arrays, steps[0].position)
  for (const made of steps) {
    session.step(made.rows, made.moment)
    const after = session.arrays()
    if (!Number.isFinite(session.lastLoss()) || isSpoilt(after, trained)) {
      session.restore(before)
      return originIn(session, made)
    }
    state ??= spoiltState(after, { ...made.position, step: made.position.step + 1 })
    before = after
  }
  return state
}

/** What is kept beside the weights, after a step; where the snapshot holds it already, after the last step before that. */
function spoiltState(arrays: ReadonlyMap<string, StoredArray>, { epoch, step }: Position): Origin | undefined {
  for (const [name, { data, shape }] of arrays) {
    const index = data.findIndex((value) => !Number.isFinite(value))
    if (index < 0) continue
    const layer = name.startsWith(MODEL) ? name.slice(MODEL.length) : name
    const place = placeOf(index, shape)
    const value = data[index]
    return { op: 'state', part: 'update', layer, epoch: epoch + 1, step, isOfAll: true, place, value, from: [] }
  }
  return undefined
}

/** Of the arrays of a session, those that training changes by gradients. */
export function trainedNames({ store }: Session): readonly string[] {
  return store.parameters().map(({ path }) => `${MODEL}${path}`)
}

/** Running statistics are left out: they come of a step's values and go into none, and overflow before these do. */
export function isSpoilt(arrays: ReadonlyMap<string, StoredArray>, trained: readonly string[]): boolean {
  return trained.some((name) => arrays.get(name)?.data.every((value) => Number.isFinite(value)) === false)
}

/** The nodes of a step, as far as they can be anything but finite. */
interface Recorded {
  readonly nodes: readonly Node[]
  readonly ends: readonly { readonly node: Node; readonly parameter?: string }[]
  /** On the way to the model's outputs; from there to the loss; on the way back. What is in none of them is an update. */
  readonly model: ReadonlySet<Node>
  readonly forward: ReadonlySet<Node>
  readonly backward: ReadonlySet<Node>
}

function originIn(session: Session, made: MadeStep): Origin | undefined {
  const { rows, moment, position } = made
  let recorded: Recorded | undefined
  const counting = session.observe((seen) => {
    recorded = recordedOf(seen)
    return recorded.nodes.map((node) => sum(cast(logicalNot(whereFinite(new Tensor(node))), 'int32')))
  })
  try {
    const counts = counting.run(rows, moment)
    if (!recorded) return undefined
    const { nodes, ends } = recorded
    const bad: ReadonlySet<Node> = new Set(nodes.filter((_, index) => counts[index][0] > 0))
    const end = ends.find(({ node }) => bad.has(node))
    if (!end) return undefined
    const node = sourceOf(end.node, bad)
    const [value, ...from] = valuesOf(session, made, nodes.indexOf(node))
    const index = value.findIndex((each) => !Number.isFinite(each))
    const place = placeOf(index, node.shape)
    const part = partOf(node, recorded)
    const examples = examplesFirst(session, made, nodes, (seen) => recordedOf(seen).nodes)
    return {
      op: node.op,
      part,
      layer: layerOf(node, part, end.parameter, recorded),
      epoch: position.epoch + 1,
      step: position.step + 1,
      ...exampleOf(node, { place, from, rows, examples }),
      place,
      value: value[index],
      from: from.map((values) => (isElementwise(node.op) ? values[index] : largest(values))),
    }
  } finally {
    counting.release()
  }
}

/** The loss comes first: what spoils it lies on the way there; then weights, in the order of the layers. */
function recordedOf({ loss, outputs, parameters }: SeenStep): Recorded {
  const ends = [{ node: loss.node }, ...parameters.map(({ path, next }) => ({ node: next.node, parameter: path }))]
  const all = topologicalOrder(ends.map(({ node }) => node))
  return {
    nodes: all.filter(({ dtype }) => dtype === 'float32'),
    ends,
    model: new Set(topologicalOrder([outputs.node])),
    forward: new Set(topologicalOrder([loss.node])),
    backward: new Set(topologicalOrder(parameters.map(({ gradient }) => gradient.node))),
  }
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
    return [node, ...floatOperands(node)].map((each) => new Tensor(each))
  })
  try {
    return reading.run(rows, moment)
  } finally {
    reading.release()
  }
}

function partOf(node: Node, { forward, backward }: Recorded): Origin['part'] {
  if (forward.has(node)) return 'forward'
  return backward.has(node) ? 'backward' : 'update'
}

/** Operations without a scope are those of the loss, unless the model is written by hand and has such, too. */
function layerOf(
  node: Node,
  part: Origin['part'],
  parameter: string | undefined,
  { model, forward }: Recorded,
): string {
  // What a step is given beside examples: targets, the learning rate and others like it.
  if (node.op === 'input') return node.attributes.name === EXAMPLES ? '' : node.attributes.name
  if (part === 'update') return parameter ?? ''
  if (node.op === 'variable') return node.attributes.variable.name
  if (node.scope !== '') return node.scope
  const isOfLoss = forward.has(node) ? !model.has(node) : [...model].every(isScoped)
  return isOfLoss ? LOSS : ''
}

const LOSS = 'loss'
/** Name of the slot that the examples' inputs are in (train/batch.ts). */
const EXAMPLES = 'inputs'

function isScoped({ op, scope, inputs }: Node): boolean {
  return scope !== '' || inputs.length === 0 || op === 'variable'
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
