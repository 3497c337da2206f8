/**
 * A training in progress: a model, its weights and optimizer state in an engine, and the compiled step that moves them.
 * It makes one step when asked, takes a snapshot of everything it holds and goes back to one. It knows no epochs, no
 * files and no events; `fit` is a loop over it, and whoever wants to try a change on a copy opens another.
 */
import { formatShape, sameShape, sizeOf, ThalwegError } from '../base/index.ts'
import { createStep, type Plan } from '../compile/index.ts'
import { createNode, type Variable } from '../graph/index.ts'
import { build, createStore, type Model, type Store } from '../nn/index.ts'
import { Tensor } from '../tensor/index.ts'
import { batchSlots, batchTypes } from './batch.ts'
import { MODEL } from './checkpoint.ts'
import { type CompileEvent, compileEvent } from './events.ts'
import type { Settings } from './options.ts'
import type { StoredArray } from './safetensors.ts'
import { createCounters, createSlots, recordTrainingStep } from './step.ts'

/** Sums over the steps since `beginEpoch`. */
export interface EpochSums {
  readonly lossSum: number
  readonly correct: number
  /** Number (from 1) of the first step of the run whose loss was not finite; 0 while there was none. */
  readonly firstBad: number
}

export interface Session {
  readonly store: Store
  /** Number of trainable values. */
  readonly parameters: number
  /** The compiled step for a full batch, printable. */
  readonly plan: Plan
  /** One update from these examples, as they are in `epoch` (from 0; it matters to augmented data alone). */
  step(rows: Int32Array, learningRate: number, epoch?: number): void
  /** Mean loss of the last step's batch. */
  lastLoss(): number
  sums(): EpochSums
  /** Sets the sums of the epoch to zero. */
  beginEpoch(): void
  /** Everything that a later step depends on, by name; copies. */
  arrays(): Map<string, StoredArray>
  restore(arrays: ReadonlyMap<string, StoredArray>): void
  release(): void
}

export function openSession(model: Model, settings: Settings, onCompile?: (event: CompileEvent) => void): Session {
  const { engine, train, batchSize, seed, loss, optimizer } = settings
  const store = settings.store ?? createStore({ seed, engine })
  const counters = createCounters()
  const slots = createSlots(optimizer, engine)
  const step = createStep(engine, (nodes) =>
    recordTrainingStep({ model, store, loss, optimizer, slots, counters, target: train.target }, nodes),
  )
  const batch = batchSlots(train, batchSize)
  const seen = new Map<number, Plan>()
  const rate = new Float32Array(1)
  let last: Plan | undefined

  /** The plan for this many examples; the first time a number occurs it is recorded and compiled. */
  function planFor(examples: number): Plan {
    const known = seen.get(examples)
    if (known) return known
    const types = batchTypes(train, examples)
    const started = performance.now()
    const plan = step.plan([...types, { name: 'learningRate', shape: [], dtype: 'float32' }])
    seen.set(examples, plan)
    onCompile?.(compileEvent('train', types[0].shape, plan, performance.now() - started))
    return plan
  }

  engine.write(counters.step, new Int32Array(1))
  engine.write(counters.seed, Int32Array.of(seed, Math.floor(seed / 0x100000000)))
  engine.write(counters.firstBad, new Int32Array(1))
  // Weights are drawn first, so that compiling is timed alone.
  build(model, new Tensor(createNode('input', [], batchTypes(train, batchSize)[0])), store)
  const plan = planFor(batchSize)

  function* variables(): Generator<[name: string, variable: Variable]> {
    for (const { path, variable } of store.entries.values()) yield [`${MODEL}${path}`, variable]
    for (const variable of slots.variables) yield [`optimizer/${variable.name}`, variable]
    for (const [name, variable] of Object.entries(counters)) yield [`train/${name}`, variable]
  }

  const session: Session = {
    store,
    parameters: store.parameters().reduce((count, { variable }) => count + sizeOf(variable.shape), 0),
    plan,
    step(rows, learningRate, epoch) {
      last = planFor(rows.length)
      const { inputs, targets } = batch.fill(rows, epoch)
      rate[0] = learningRate
      last.run([inputs, targets, rate])
    },
    lastLoss: () => last?.read(0)[0] ?? Number.NaN,
    sums: () => ({
      lossSum: engine.read(counters.lossSum)[0],
      correct: engine.read(counters.correct)[0],
      firstBad: engine.read(counters.firstBad)[0],
    }),
    beginEpoch() {
      engine.write(counters.lossSum, new Float32Array(1))
      engine.write(counters.correct, new Int32Array(1))
    },
    arrays() {
      const arrays = new Map<string, StoredArray>()
      for (const [name, variable] of variables())
        arrays.set(name, { shape: variable.shape, data: engine.read(variable) })
      return arrays
    },
    restore(arrays) {
      const wanted = [...variables()]
      checkFits(wanted, arrays)
      for (const [name, variable] of wanted) {
        const array = arrays.get(name)
        if (array) engine.write(variable, array.data)
      }
    },
    release() {
      step.release()
      for (const variable of slots.variables) engine.free(variable)
      for (const variable of Object.values(counters)) engine.free(variable)
    },
  }
  session.beginEpoch()
  return session
}

/** @throws ThalwegError `train/resume-mismatch` where the arrays are not those of this model and optimizer */
function checkFits(wanted: readonly [string, Variable][], arrays: ReadonlyMap<string, StoredArray>): void {
  const problem = findMisfit(wanted, arrays)
  if (problem === undefined) return
  throw new ThalwegError('train/resume-mismatch', {
    rule: 'resume: the checkpoint must be of the same model and optimizer',
    received: problem,
    try: 'build the model as it was when the run began, or start a new run',
  })
}

function findMisfit(
  wanted: readonly [string, Variable][],
  arrays: ReadonlyMap<string, StoredArray>,
): string | undefined {
  for (const [name, { shape }] of wanted) {
    const array = arrays.get(name)
    if (!array) return `no ${name} in the checkpoint`
    if (!sameShape(array.shape, shape))
      return `${name} ${formatShape(array.shape)}, the model has ${formatShape(shape)}`
  }
  const names = new Set(wanted.map(([name]) => name))
  const extra = [...arrays.keys()].find((name) => !names.has(name))
  return extra && `${extra}, which the model does not have`
}
