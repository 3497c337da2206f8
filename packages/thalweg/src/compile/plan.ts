/** A plan: a step made ready on an engine. Inputs go in, it runs, outputs are read; running again allocates nothing. */

import type { Backend, Executable, Lowered } from '../backend/index.ts'
import { formatShape, sizeOf, ThalwegError, type TypedArray } from '../base/index.ts'
import type { StepGraph } from '../graph/index.ts'
import { arenaBound } from './measure.ts'
import { printProgram } from './print.ts'
import type { Profile } from './profile.ts'
import type { Roofline } from './roofline.ts'

export interface Plan {
  /** The recorded step that this plan carries out. */
  readonly graph: StepGraph
  /** The same step as kernels over planned memory. */
  readonly lowered: Lowered
  /** Milliseconds from the recorded graph to a plan that can run. */
  readonly compileMs: number
  readonly kernels: number
  readonly arenaBytes: number
  /** Bytes that are alive at the busiest kernel: no arena could be smaller. */
  readonly aliveBytes: number
  /**
   * Copies `inputs`, one per slot, then carries out the step.
   *
   * @throws ThalwegError `compile/wrong-inputs`; `compile/released-plan` after {@link release}, as everything that runs or
   * reads; `compile/freed-variable` where a variable's memory was given back
   */
  run(inputs: readonly TypedArray[]): void
  /** Carries out the step again, on the inputs of the last run. */
  rerun(): void
  /**
   * A step in parts: one function for each kernel, in their order. For profilers; `profile` is made of it. Throws
   * `compile/no-kernels` where the backend runs none.
   */
  kernelRuns(): readonly (() => void)[]
  /** A copy of output number `output`, as the last run left it. Into an earlier copy of it, where one is given. */
  read(output: number, into?: TypedArray): TypedArray
  /**
   * Kernels, shapes, bytes and operations, for people. Against a roofline also the least time that each kernel can take;
   * of a profile the time that it took, and what share of it that is. Throws `compile/bad-roofline`.
   */
  toString(against?: Roofline | Profile): string
  /** Gives the plan's memory back; it cannot run afterwards. */
  release(): void
}

export interface PlanParts {
  readonly graph: StepGraph
  readonly lowered: () => Lowered
  readonly backend: Backend
  readonly executable: Executable
  /** Throws where a variable that the step uses was freed; called before each run, so it has to be quick. */
  readonly requireVariables: () => void
  readonly release: () => void
  readonly compileMs: number
}

export function createPlan(parts: PlanParts): Plan {
  const { graph, lowered, backend, executable, requireVariables, compileMs } = parts
  const sizes = graph.inputs.map(({ shape }) => sizeOf(shape))
  let isReleased = false

  /** The step, for those that run or read it. What the last run left can be read whatever became of its variables. */
  function ready(what: 'run' | 'rerun' | 'kernelRuns' | 'read'): Executable {
    if (isReleased)
      throw new ThalwegError('compile/released-plan', {
        rule: `${what}: a plan that was released has no memory to work in`,
        received: 'a released plan',
        try: 'release it when it is no longer needed, or compile the step again',
      })
    if (what !== 'read') requireVariables()
    return executable
  }

  function refuse(received: string, advice: string): never {
    throw new ThalwegError('compile/wrong-inputs', {
      rule: `run: the step takes ${sizes.length} inputs: ${graph.inputs.map(({ attributes: { name, shape } }) => `${name} ${formatShape(shape)}`).join(', ')}`,
      received,
      try: advice,
    })
  }

  return {
    graph,
    compileMs,
    get lowered() {
      return lowered()
    },
    get kernels() {
      return lowered().kernels.length
    },
    get arenaBytes() {
      return lowered().arenaBytes
    },
    get aliveBytes() {
      return arenaBound(lowered())
    },
    run(inputs) {
      const step = ready('run')
      if (inputs.length !== sizes.length) refuse(`${inputs.length} inputs`, 'give one array per slot, in order')
      for (let i = 0; i < sizes.length; i++) {
        if (inputs[i].length !== sizes[i])
          refuse(
            `${inputs[i].length} values for ${graph.inputs[i].attributes.name}`,
            `give it ${sizes[i]} values, or compile the step for this shape`,
          )
        backend.write(step.inputs[i], inputs[i])
      }
      step.run()
    },
    read(output, into) {
      const { outputs } = ready('read')
      const storage = outputs[output]
      if (storage !== undefined) return backend.read(storage, into)
      throw new ThalwegError('compile/no-such-output', {
        rule: `read: the step has ${outputs.length} outputs`,
        received: `output ${output}`,
        try: 'count outputs from 0, in the order in which the step returned them',
      })
    },
    rerun() {
      ready('rerun').run()
    },
    kernelRuns() {
      const step = ready('kernelRuns')
      if (step.kernels !== undefined) return step.kernels()
      throw new ThalwegError('compile/no-kernels', {
        rule: 'kernelRuns: the backend must run kernels',
        received: `the ${backend.name} backend, which walks the graph`,
        try: 'compile the step on a wasm backend',
      })
    },
    toString: (against) => printProgram(lowered(), against),
    release() {
      isReleased = true
      parts.release()
    },
  }
}
