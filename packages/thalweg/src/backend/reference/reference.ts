/**
 * The reference backend: a plain interpreter of the recorded graph in float64, one small function per op. It is the
 * definition of every op; it is not fast, it fuses nothing, and it never looks at the lowered program.
 */
import { internal, sizeOf, type TypedArray } from '../../base/index.ts'
import { type Node, type OpName, stepNodes } from '../../graph/index.ts'
import type { Backend, Executable, Storage } from '../backend.ts'
import { CONTRACTION } from './contraction.ts'
import { CUSTOM, ELEMENTWISE } from './elementwise.ts'
import { FOLD } from './fold.ts'
import { INDICES, LEAVES } from './leaves.ts'
import { MOVEMENT } from './movement.ts'
import { POOL } from './pool.ts'
import { castNumber, type Evaluate, type Values, zeros } from './value.ts'

interface ReferenceStorage extends Storage {
  readonly values: Values
}

/** What a run fills in from outside the graph. */
type SlotOp = 'input' | 'variable'

const OPS: { readonly [Op in Exclude<OpName, SlotOp>]: Evaluate<Op> } = {
  ...LEAVES,
  ...ELEMENTWISE,
  ...CUSTOM,
  ...MOVEMENT,
  ...FOLD,
  ...CONTRACTION,
  ...POOL,
  ...INDICES,
}

function allocate({ shape, dtype }: Storage): ReferenceStorage {
  return { shape, dtype, values: zeros(sizeOf(shape), dtype) }
}

/** Every storage that this backend is handed was made by it. */
function valuesOf(storage: Storage): Values {
  if (!('values' in storage)) throw internal('the reference backend got a storage of another backend')
  return (storage as ReferenceStorage).values
}

function evaluate(node: Node, operands: readonly Values[], slots: ReadonlyMap<Node, Values>): Values {
  if (node.op === 'input' || node.op === 'variable') {
    const values = slots.get(node)
    if (values === undefined) throw internal(`${node.op} ${node.id} has no place`)
    return values
  }
  // The table pairs every op with a function of its own node; TypeScript cannot follow the pairing through a union.
  const apply = OPS[node.op] as Evaluate<Exclude<OpName, SlotOp>>
  return apply(node, operands)
}

export function referenceBackend(): Backend {
  return {
    name: 'reference',
    features: ['float64'],
    allocate: (shape, dtype) => allocate({ shape, dtype }),
    free: () => undefined,
    write(storage, data) {
      const values = valuesOf(storage)
      if (data.length !== values.length)
        throw internal('a write of the wrong size', `${data.length} for ${values.length}`)
      for (let i = 0; i < values.length; i++) values[i] = castNumber(data[i], storage.dtype)
    },
    read(storage, into): TypedArray {
      const values = valuesOf(storage)
      into?.set(values)
      return into ?? values.slice()
    },
    prepare({ graph }, storageOf): Executable {
      const order = stepNodes(graph)
      const inputs = graph.inputs.map(allocate)
      const outputs = graph.outputs.map(allocate)
      const targets = graph.updates.map(({ variable }) => valuesOf(storageOf(variable)))
      const slots = new Map<Node, Values>(graph.inputs.map((node, i) => [node, inputs[i].values]))
      for (const node of order)
        if (node.op === 'variable') slots.set(node, valuesOf(storageOf(node.attributes.variable)))

      return {
        inputs,
        outputs,
        run() {
          const results = new Map<Node, Values>()
          const resultOf = (node: Node): Values => {
            const values = results.get(node)
            if (values === undefined) throw internal(`node ${node.id} is used before it is computed`)
            return values
          }
          for (const node of order) results.set(node, evaluate(node, node.inputs.map(resultOf), slots))
          // Results may be the variables' own arrays: copy them all before any is assigned.
          const assigned = graph.updates.map(({ value }) => resultOf(value).slice())
          graph.outputs.forEach((node, i) => {
            outputs[i].values.set(resultOf(node))
          })
          targets.forEach((values, i) => {
            values.set(assigned[i])
          })
        },
        release: () => undefined,
      }
    },
  }
}
