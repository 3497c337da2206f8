/**
 * A training in progress: a model, its weights and optimizer state in an engine, and the compiled step that moves them.
 * It makes one step when asked, takes a snapshot of everything it holds and goes back to one. It knows no epochs, no
 * files and no events; `fit` is a loop over it, and whoever wants to try a change on a copy opens another.
 */
import { formatShape, sameShape, sizeOf, ThalwegError, type TypedArray } from '../base/index.ts'
import { createStep, type Engine, type Plan, recordStep } from '../compile/index.ts'
import { createNode, type StepGraph, type Variable } from '../graph/index.ts'
import { build, createStore, type Model, type NamedArray, type Store } from '../nn/index.ts'
import { checkMembers } from '../optim/groups.ts'
import { Tensor } from '../tensor/index.ts'
import { MODEL, TRAIN } from './array-names.ts'
import { batchSlots, batchTypes } from './batch.ts'
import { type CompileEvent, compileEvent } from './events.ts'
import { requireRoom } from './room.ts'
import type { StoredArray } from './safetensors.ts'
import type { Settings } from './settings.ts'
import { createSlots, type Slots } from './slots.ts'
import { createCounters, type ObserveStep, recordTrainingStep, scalarSlots } from './step.ts'

/** Sums over the steps since `beginEpoch`. */
export interface EpochSums {
  readonly lossSum: number
  readonly correct: number
  /** Number (from 1) of the first step of the run whose loss was not finite; 0 while there was none. */
  readonly firstBad: number
}

/** The numbers that a step is made with. */
export interface StepMoment {
  readonly learningRate: number
  /** Read where the settings have a schedule of momentum. Default the optimizer's own. */
  readonly momentum?: number
  /** How far the average follows the weights, where one is kept. Default 0: not at all. */
  readonly averageShare?: number
  /** Whether this batch completes an update; where several make one, false for all but the last. Default true. */
  readonly updates?: boolean
  /** From 0; it matters to augmented data alone. */
  readonly epoch?: number
}

/** More of a step than its loss. */
export interface Observer {
  /** The values that were asked for, in their order. */
  run(rows: Int32Array, moment: StepMoment): readonly TypedArray[]
  release(): void
}

/** Nobody minds to wait for less. */
const NOTICED_MS = 1

/** Sums over the steps of a sitting, in milliseconds. */
export interface StepTimes {
  readonly steps: number
  /** The dataset filled batches. */
  readonly fillMs: number
  /** The plan ran. */
  readonly stepMs: number
  /** Steps whose batch took longer to be filled than to be trained on, and more than a millisecond. */
  readonly waits: number
}

export interface Session {
  readonly store: Store
  /** Number of trainable values. */
  readonly parameters: number
  /** The compiled step for a full batch, printable. */
  readonly plan: Plan
  /** Compiles the step for so many examples, unless it is. */
  prepare(examples: number, updates: boolean): void
  /** One batch: an update from these examples, or their part of one. */
  step(rows: Int32Array, moment: StepMoment): void
  /** Mean loss of the last step's batch. */
  lastLoss(): number
  /** How long steps took, without compiling. */
  readonly times: StepTimes
  /** A step that is looked at instead of made: everything is computed as the next step would, and nothing assigned. */
  observe(observe: ObserveStep): Observer
  /**
   * A step that is looked at while it is made, an update, to the last bit as {@link step} would. The values are those of
   * before it. It counts in no {@link times}.
   */
  accompany(observe: ObserveStep): Observer
  sums(): EpochSums
  /** Sets the sums of the epoch to zero, or, in the middle of one, to those of its steps so far. */
  beginEpoch(sums?: Pick<EpochSums, 'lossSum' | 'correct'>): void
  /**
   * Everything that a later step depends on, by name; copies.
   *
   * @param into what an earlier call returned, and nobody needs any more: it is written over and returned
   */
  arrays(into?: Map<string, StoredArray>): Map<string, StoredArray>
  restore(arrays: ReadonlyMap<string, StoredArray>): void
  /** A new store with the averages in the place of the weights; undefined where none are kept. */
  averaged(): Store | undefined
  release(): void
}

export function openSession(model: Model, settings: Settings, onCompile?: (event: CompileEvent) => void): Session {
  const { engine, train, batchSize, seed, loss, optimizer, clip, groups = [], accumulate = 1 } = settings
  const store = settings.store ?? createStore({ seed, engine })
  const counters = createCounters(accumulate > 1)
  const { accumulation, ...counted } = counters
  const slots = createSlots(settings, store, engine)
  const has = { hasMomentum: settings.momentumSchedule !== undefined, hasAverage: settings.average !== undefined }
  const parts = { model, store, loss, slots, counters, clip, target: train.target, ...has }
  const updating = createStep(engine, (nodes) => recordTrainingStep(parts, nodes, true))
  const gathering = createStep(engine, (nodes) => recordTrainingStep(parts, nodes, false))
  const batch = batchSlots(train, batchSize)
  const seen = { updating: new Map<number, Plan>(), gathering: new Map<number, Plan>() }
  const [rate, momentum, share] = [new Float32Array(1), new Float32Array(1), new Float32Array(1)]
  const numbers = [rate, ...(has.hasMomentum ? [momentum] : []), ...(has.hasAverage ? [share] : [])]
  /** What a step is given: its batch, put in place of what the last one had, and the numbers. */
  const given: TypedArray[] = [rate, rate, ...numbers]
  let last: Plan | undefined
  /** Of the last step, once somebody has asked: the loop and a watch ask after every one. */
  let lastLoss: number | undefined
  let lossCopy: TypedArray | undefined
  const times = { steps: 0, fillMs: 0, stepMs: 0, waits: 0 }

  /** The plan for this many examples; the first time a number occurs it is recorded and compiled. */
  function planFor(examples: number, updates: boolean): Plan {
    const plans = updates ? seen.updating : seen.gathering
    const known = plans.get(examples)
    if (known) return known
    const step = updates ? updating : gathering
    const types = batchTypes(train, examples)
    const started = performance.now()
    const plan = step.plan([...types, ...scalarSlots(has)])
    plans.set(examples, plan)
    onCompile?.(compileEvent('train', types[0].shape, plan, performance.now() - started))
    return plan
  }

  function slotsFor(
    rows: Int32Array,
    { learningRate, momentum: kept = optimizer.momentum ?? 0, averageShare = 0, epoch }: StepMoment,
  ): TypedArray[] {
    const { inputs, targets } = batch.fill(rows, epoch)
    given[0] = inputs
    given[1] = targets
    rate[0] = learningRate
    momentum[0] = kept
    share[0] = averageShare
    return given
  }

  /** Plans of the updating step with more outputs, compiled when they first run. */
  function observing(observe: ObserveStep, change: (step: StepGraph) => StepGraph) {
    const plans = new Map<number, Plan>()
    function compile(examples: number): Plan {
      const types = [...batchTypes(train, examples), ...scalarSlots(has)]
      const recorded = recordStep(types, (nodes) => recordTrainingStep(parts, nodes, true, observe))
      const plan = engine.compile(change(recorded))
      plans.set(examples, plan)
      return plan
    }
    return {
      run(rows: Int32Array, moment: StepMoment): Plan {
        const plan = plans.get(rows.length) ?? compile(rows.length)
        plan.run(slotsFor(rows, moment))
        return plan
      },
      release(): void {
        for (const plan of plans.values()) plan.release()
        plans.clear()
      },
    }
  }

  engine.write(counters.step, new Int32Array(1))
  engine.write(counters.seed, Int32Array.of(seed, Math.floor(seed / 0x100000000)))
  engine.write(counters.firstBad, new Int32Array(1))
  if (accumulation) {
    engine.write(accumulation.batch, new Int32Array(1))
    engine.write(accumulation.examples, new Float32Array(1))
  }
  // Weights are drawn first, so that compiling is timed alone, and groups can be held to what there is.
  const example = new Tensor(createNode('input', [], batchTypes(train, batchSize)[0]))
  requireRoom(model, example, store, settings)
  build(model, example, store)
  if (store.parameters().length === 0) throw nothingToTrain(store)
  checkMembers(
    groups,
    store.parameters().map(({ path, variable: { shape }, decay }) => ({ path, shape, decay })),
  )
  const plan = planFor(batchSize, true)

  function* variables(): Generator<[name: string, variable: Variable]> {
    for (const { path, variable } of store.entries.values()) yield [`${MODEL}${path}`, variable]
    yield* slots.variables
    for (const [name, variable] of Object.entries({ ...counted, ...accumulation })) yield [`${TRAIN}${name}`, variable]
  }

  const session: Session = {
    store,
    parameters: store.parameters().reduce((count, { variable }) => count + sizeOf(variable.shape), 0),
    plan,
    prepare: (examples, updates) => void planFor(examples, updates),
    step(rows, moment) {
      last = planFor(rows.length, moment.updates ?? true)
      lastLoss = undefined
      const started = performance.now()
      const values = slotsFor(rows, moment)
      const filled = performance.now()
      last.run(values)
      const fillMs = filled - started
      const stepMs = performance.now() - filled
      times.fillMs += fillMs
      times.stepMs += stepMs
      times.steps++
      if (fillMs > Math.max(stepMs, NOTICED_MS)) times.waits++
    },
    times,
    lastLoss() {
      if (lastLoss === undefined && last) lossCopy = last.read(0, lossCopy)
      lastLoss ??= lossCopy?.[0] ?? Number.NaN
      return lastLoss
    },
    observe(observe) {
      const plans = observing(observe, (step) => ({ ...step, updates: [] }))
      return { ...plans, run: (rows, moment) => seenIn(plans.run(rows, moment)) }
    },
    accompany(observe) {
      const plans = observing(observe, (step) => ({ ...step, asides: step.outputs.length - 1 }))
      return {
        ...plans,
        run(rows, moment) {
          last = plans.run(rows, moment)
          lastLoss = undefined
          return seenIn(last)
        },
      }
    },
    sums: () => ({
      lossSum: engine.read(counters.lossSum)[0],
      correct: engine.read(counters.correct)[0],
      firstBad: engine.read(counters.firstBad)[0],
    }),
    beginEpoch({ lossSum, correct } = { lossSum: 0, correct: 0 }) {
      engine.write(counters.lossSum, Float32Array.of(lossSum))
      engine.write(counters.correct, Int32Array.of(correct))
    },
    arrays(into = new Map<string, StoredArray>()) {
      for (const [name, variable] of variables())
        into.set(name, { shape: variable.shape, data: engine.read(variable, into.get(name)?.data) })
      return into
    },
    restore(arrays) {
      const wanted = [...variables()]
      checkFits(wanted, arrays)
      for (const [name, variable] of wanted) {
        const array = arrays.get(name)
        if (array) engine.write(variable, array.data)
      }
    },
    averaged() {
      if (!settings.average) return undefined
      const averaged = createStore({ seed, engine })
      averaged.load(averagedArrays(store, slots, engine))
      build(model, example, averaged)
      return averaged
    },
    release() {
      updating.release()
      gathering.release()
      for (const variable of slots.variables.values()) engine.free(variable)
      for (const variable of Object.values({ ...counted, ...accumulation })) engine.free(variable)
    },
  }
  session.beginEpoch()
  return session
}

/** All outputs but the loss. */
function seenIn(plan: Plan): TypedArray[] {
  return plan.graph.outputs.slice(1).map((_, index) => plan.read(index + 1))
}

/** Averages where they are kept; everything else (running statistics, frozen parameters) as it is. */
function averagedArrays(store: Store, slots: Slots, engine: Engine): Record<string, NamedArray> {
  const arrays = store.save()
  for (const { path, variable } of store.parameters()) {
    const { average } = slots.of(variable)
    if (average) arrays[path] = { ...arrays[path], data: engine.read(average) }
  }
  return arrays
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

function nothingToTrain({ entries }: Store): ThalwegError {
  return new ThalwegError('train/nothing-to-train', {
    rule: 'the model must have something to train',
    received:
      entries.size === 0
        ? 'a model without parameters'
        : `${entries.size} values that are kept, and none that is learned`,
    try: 'put layers into it that have weights: sequential(dense(16), relu(), dense(2))',
  })
}
