/**
 * How the bench talks to a contender: a process that answers each line of JSON on its standard input with one line on
 * its standard output. Python contenders speak the same (contenders/pytorch.py).
 */
import { createInterface } from 'node:readline'
import type { Workload } from './workloads.ts'

export type Request =
  | { readonly command: 'prepare'; readonly workload: Workload; readonly threads: number }
  /** Run steps for about `seconds` and report the time of each batch of steps. */
  | { readonly command: 'measure'; readonly seconds: number }

export type Answer =
  | { readonly ready: string }
  | { readonly unsupported: string }
  /** Milliseconds per step, one figure for each group of steps that took a few milliseconds or more together. */
  | { readonly milliseconds: readonly number[]; readonly loss: number }

/** One step, or `loss` to wait for what is under way and read the last loss. */
export interface Stepper {
  /** Version and configuration, for the report. */
  readonly about: string
  readonly step: () => void | Promise<void>
  readonly loss: () => number | Promise<number>
}

const GROUP_MS = 5

/** Calls `step` until `seconds` have passed; groups short steps so that the clock's grain does not matter. */
export async function measure(stepper: Stepper, seconds: number): Promise<Answer> {
  let perGroup = 1
  const milliseconds: number[] = []
  await stepper.step()
  let loss = await stepper.loss()
  const end = performance.now() + seconds * 1000
  while (performance.now() < end || milliseconds.length < 3) {
    const start = performance.now()
    for (let i = 0; i < perGroup; i++) {
      const pending = stepper.step()
      if (pending instanceof Promise) await pending
    }
    loss = await stepper.loss()
    const elapsed = performance.now() - start
    if (elapsed < GROUP_MS) perGroup = Math.ceil((perGroup * GROUP_MS * 1.2) / Math.max(elapsed, 0.05))
    else milliseconds.push(elapsed / perGroup)
  }
  return { milliseconds, loss }
}

/** The contender's side: `prepare` builds a network, or says why it cannot. */
export async function serve(
  prepare: (workload: Workload, threads: number) => Promise<Stepper | string>,
): Promise<void> {
  let stepper: Stepper | undefined
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request
    let answer: Answer
    try {
      if (request.command === 'prepare') {
        const made = await prepare(request.workload, request.threads)
        if (typeof made !== 'string') stepper = made
        answer = typeof made === 'string' ? { unsupported: made } : { ready: made.about }
      } else if (stepper === undefined) answer = { unsupported: 'nothing was prepared' }
      else answer = await measure(stepper, request.seconds)
    } catch (error) {
      answer = { unsupported: error instanceof Error ? error.message.split('\n')[0] : String(error) }
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`)
  }
}

/** The batch that every contender in JavaScript trains on: uniform inputs, labels in turn. */
export function batchOf({ batch, inputShape, classes }: Workload): { inputs: Float32Array; labels: Int32Array } {
  const size = inputShape.reduce((product, n) => product * n, 1)
  let state = 12345
  const inputs = Float32Array.from({ length: batch * size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 0x100000000 - 0.5
  })
  return { inputs, labels: Int32Array.from({ length: batch }, (_, i) => i % classes) }
}
