/**
 * An engine: one backend, the values of the variables it has met, the plans it compiled. Variables belong to no engine;
 * the same one may have different values on two.
 */

import { type Backend, type Lowered, type Storage, wasmBackend } from '../backend/index.ts'
import { formatShape, sizeOf, ThalwegError, type TypedArray } from '../base/index.ts'
import { type Node, type StepGraph, stepNodes, type Variable } from '../graph/index.ts'
import { recordStep, type SlotType } from './capture.ts'
import { checkBackend, checkEngine } from './checks.ts'
import { lower } from './lower.ts'
import { createPlan, type Plan } from './plan.ts'

export interface Engine {
  readonly backend: Backend
  /**
   * Sets a variable's value, one that was freed too: it gets a new place. Throws `compile/wrong-size` when `data` does not
   * fill its shape.
   */
  write(variable: Variable, data: TypedArray): void
  /**
   * A copy of a variable's value; zeros if it was never written. Into an earlier copy of it, where one is given: memory that is
   * asked for again and again costs more than copying. Throws `compile/freed-variable` after {@link free}.
   */
  read(variable: Variable, into?: TypedArray): TypedArray
  /** Whether the variable has a place on this engine: it was written, read, or a compiled step uses it. */
  has(variable: Variable): boolean
  /** Gives a variable's memory back. Plans that use it refuse to run from then on: `compile/freed-variable`. */
  free(variable: Variable): void
  /** Throws `compile/unfilled-input`, `compile/freed-variable`, and `backend/out-of-memory` where no room is left. */
  compile(step: StepGraph): Plan
  /**
   * Ends the threads that help. Values and plans stay, and what runs from then on runs on one thread, with the same bits. Threads of an
   * engine that nobody holds end by themselves, but not before garbage is collected: who makes many engines ends each.
   */
  release(): void
  /** Since the engine was made: steps compiled, places allocated for variables. */
  readonly counts: { readonly plans: number; readonly allocations: number }
}

/** Gives back the memory of variables and plans that nobody can reach any more, so that no user has to. */
const abandoned = new FinalizationRegistry<() => void>((release) => release())

/** @throws ThalwegError `compile/not-a-backend` */
export function createEngine(backend: Backend): Engine {
  checkBackend(backend)
  const storages = new WeakMap<Variable, Storage>()
  const freed = new WeakSet<Variable>()
  /** How often a place was given back: while it stays the same, no plan has to look at its variables. */
  let frees = 0
  const counts = { plans: 0, allocations: 0 }

  function storageOf(variable: Variable): Storage {
    const existing = storages.get(variable)
    if (existing !== undefined) return existing
    if (freed.has(variable)) throw freedVariable(variable)
    const storage = backend.allocate(variable.shape, variable.dtype)
    storages.set(variable, storage)
    abandoned.register(variable, () => backend.free(storage), storage)
    counts.allocations++
    return storage
  }

  return {
    backend,
    counts,
    write(variable, data) {
      if (data.length !== sizeOf(variable.shape))
        throw new ThalwegError('compile/wrong-size', {
          rule: `write: the values must fill ${variable.name} ${formatShape(variable.shape)}`,
          received: `${data.length} values`,
          try: `give ${sizeOf(variable.shape)} values`,
        })
      freed.delete(variable)
      backend.write(storageOf(variable), data)
    },
    read: (variable, into) => backend.read(storageOf(variable), into),
    has: (variable) => storages.has(variable),
    release: () => backend.release?.(),
    free(variable) {
      const storage = storages.get(variable)
      if (storage === undefined) return
      storages.delete(variable)
      freed.add(variable)
      frees++
      abandoned.unregister(storage)
      backend.free(storage)
    },
    compile(graph) {
      const started = performance.now()
      requireSlots(graph)
      let kept: Lowered | undefined
      const lowered = (): Lowered => {
        kept ??= lower(graph)
        return kept
      }
      const program = {
        graph,
        get lowered() {
          return lowered()
        },
      }
      const used = new Map<Variable, Storage>()
      const executable = backend.prepare(program, (variable) => {
        const storage = storageOf(variable)
        used.set(variable, storage)
        return storage
      })
      counts.plans++
      const release = (): void => {
        if (abandoned.unregister(executable)) executable.release()
      }
      let looked = frees
      /** A place that was given back may be another value's by now. */
      const requireVariables = (): void => {
        if (looked === frees) return
        for (const [variable, storage] of used) if (storages.get(variable) !== storage) throw freedVariable(variable)
        looked = frees
      }
      const compileMs = performance.now() - started
      const plan = createPlan({ graph, lowered, backend, executable, requireVariables, release, compileMs })
      abandoned.register(plan, () => executable.release(), executable)
      return plan
    },
  }
}

/** An input node that the step does not list would never be filled. */
function requireSlots(graph: StepGraph): void {
  const slots: ReadonlySet<Node> = new Set(graph.inputs)
  const stray = stepNodes(graph).find((node) => node.op === 'input' && !slots.has(node))
  if (stray?.op !== 'input') return
  throw new ThalwegError('compile/unfilled-input', {
    rule: 'compile: every input that the step uses must be one of its slots',
    received: `input ${stray.attributes.name} ${formatShape(stray.shape)} of another recording`,
    try: 'read a tensor that depends on inputs inside of the step that records them',
  })
}

function freedVariable({ name, shape }: Variable): ThalwegError {
  return new ThalwegError('compile/freed-variable', {
    rule: 'engine: a variable whose memory was given back has no value',
    received: `${name} ${formatShape(shape)}, which was freed`,
    try: 'free variables when nothing needs them any more, or write a new value and compile the step again',
  })
}

let shared: Engine | undefined

/** The engine that is used where none is named: made at its first use, shared by the whole program. */
export function defaultEngine(): Engine {
  shared ??= createEngine(wasmBackend())
  return shared
}

/**
 * Makes `engine` the one that is used where none is named, from now on.
 *
 * @throws ThalwegError `compile/not-an-engine`
 */
export function setDefaultEngine(engine: Engine): void {
  checkEngine('setDefaultEngine', engine)
  shared = engine
}

/** A step that is recorded and compiled once per list of input types. */
export interface Step {
  plan(slots: readonly SlotType[]): Plan
  release(): void
}

export function createStep(engine: Engine, record: (inputs: readonly Node[]) => readonly Node[]): Step {
  checkEngine('createStep', engine)
  const plans = new Map<string, Plan>()
  return {
    plan(slots) {
      const key = slots.map(({ name, shape, dtype }) => `${name}:${dtype}[${shape}]`).join(';')
      const cached = plans.get(key)
      if (cached !== undefined) return cached
      const plan = engine.compile(recordStep(slots, record))
      plans.set(key, plan)
      return plan
    },
    release() {
      for (const plan of plans.values()) plan.release()
      plans.clear()
    },
  }
}

/** Computes `nodes` once and returns their values; nothing is kept but the variables they read. */
export function evaluate(nodes: readonly Node[], engine: Engine = defaultEngine()): TypedArray[] {
  const plan = engine.compile({ inputs: [], outputs: nodes, updates: [] })
  try {
    plan.run([])
    return nodes.map((_, output) => plan.read(output))
  } finally {
    plan.release()
  }
}
