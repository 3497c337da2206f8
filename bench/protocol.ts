/**
 * How the bench talks to a contender: a process that answers each line of JSON on its standard input with one line on
 * its standard output. Python contenders speak the same (contenders/pytorch.py).
 */
import { createInterface } from 'node:readline'
import type { Workload } from './workloads.ts'

export type Request =
  /** Nothing is asked but an answer: what the process weighs before it has done anything can be read then. */
  | { readonly command: 'greet' }
  | { readonly command: 'prepare'; readonly workload: Workload; readonly threads: number }
  /** Make `steps` steps, of a network that was just prepared, and say the loss of each. */
  | { readonly command: 'trace'; readonly steps: number }
  /** Run steps for about `seconds` and report the time of each group of them. */
  | { readonly command: 'measure'; readonly seconds: number }

export type Answer =
  | { readonly ready: Ready }
  | { readonly unsupported: string }
  | { readonly losses: readonly number[] }
  /** Milliseconds per step, one figure for each group of steps that took a few milliseconds or more together. */
  | { readonly milliseconds: readonly number[] }

/** What a contender says of itself when it has built a network. */
export interface Ready {
  /** Version and configuration, for the report. */
  readonly about: string
  /** In which way its work is not that of the workload. */
  readonly differs?: string | undefined
  /** Where it compiles a step: how long that took, from recording it to a plan that can run. */
  readonly compileMs?: number | undefined
  /** What every step must do at least, by the kernels that were made of it. */
  readonly kernels?: readonly KernelWork[] | undefined
}

export interface KernelWork {
  readonly bytes: number
  readonly operations: number
}

/** One step, or `loss` to wait for what is under way and read the last loss (of inference: that of the logits). */
export interface Stepper extends Ready {
  readonly step: () => void | Promise<void>
  readonly loss: () => number | Promise<number>
}

const GROUP_MS = 5

/** Calls `step` until `seconds` have passed; groups short steps so that the clock's grain does not matter. */
export async function measure(stepper: Stepper, seconds: number): Promise<readonly number[]> {
  let perGroup = 1
  const milliseconds: number[] = []
  let isAwake = false
  const end = performance.now() + seconds * 1000
  do {
    const start = performance.now()
    for (let i = 0; i < perGroup; i++) {
      const pending = stepper.step()
      if (pending instanceof Promise) await pending
    }
    await stepper.loss()
    const elapsed = performance.now() - start
    if (elapsed < GROUP_MS) perGroup = Math.ceil((perGroup * GROUP_MS * 1.2) / Math.max(elapsed, 0.05))
    else if (isAwake || performance.now() > end) milliseconds.push(elapsed / perGroup)
    // The first group wakes what slept while others had their turn; it counts only if there is no time for another.
    isAwake = true
  } while (performance.now() < end || milliseconds.length === 0)
  return milliseconds
}

/** The losses of the first steps. */
async function trace(stepper: Stepper, steps: number): Promise<readonly number[]> {
  const losses: number[] = []
  for (let i = 0; i < steps; i++) {
    await stepper.step()
    losses.push(await stepper.loss())
  }
  return losses
}

/** The contender's side: `prepare` builds a network, or says why it cannot. */
export async function serve(
  prepare: (workload: Workload, threads: number) => Promise<Stepper | string>,
): Promise<void> {
  let stepper: Stepper | undefined

  async function answer(request: Request): Promise<Answer> {
    if (request.command === 'greet') return { ready: { about: '' } }
    if (request.command === 'prepare') {
      const made = await prepare(request.workload, request.threads)
      if (typeof made === 'string') return { unsupported: made }
      stepper = made
      const { about, differs, compileMs, kernels } = made
      return { ready: { about, differs, compileMs, kernels } }
    }
    if (stepper === undefined) return { unsupported: 'nothing was prepared' }
    return request.command === 'trace'
      ? { losses: await trace(stepper, request.steps) }
      : { milliseconds: await measure(stepper, request.seconds) }
  }

  for await (const line of createInterface({ input: process.stdin })) {
    const answered = await answer(JSON.parse(line) as Request).catch((error: unknown): Answer => {
      return { unsupported: error instanceof Error ? error.message.split('\n')[0] : String(error) }
    })
    process.stdout.write(`${JSON.stringify(answered)}\n`)
  }
}
