/**
 * Two runs that take turns: one is stopped while the other computes, a slice of time each, so that whatever the machine does
 * meanwhile hits both alike. A run's seconds are those of its slices.
 */
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { forkChild } from '../../children.ts'
import type { Message } from './run.ts'

const SLICE_MS = 500

export interface Timing {
  /** From the beginning until the first step is made: compiling, looking at the data, the first reading. */
  readonly fixed: number
  /** In seconds, the first one left out. */
  readonly perStep: number
  readonly seconds: number
}

export async function timePair(
  network: string,
  threads: number,
): Promise<{ readonly plain: Timing; readonly advised: Timing }> {
  const plain = await openTurns([network, 'plain', String(threads)])
  const advised = await openTurns([network, 'advised', String(threads)])
  while (plain.timing() === undefined || advised.timing() === undefined) {
    await plain.turn()
    await advised.turn()
  }
  return { plain: plain.timing() as Timing, advised: advised.timing() as Timing }
}

interface Turns {
  turn(): Promise<void>
  /** Once the run is over. */
  timing(): Timing | undefined
}

/** Resolves to a run that is warm and stopped. */
async function openTurns(run: readonly [network: string, how: 'plain' | 'advised', threads: string]): Promise<Turns> {
  const child = forkChild(join(import.meta.dirname, 'run.ts'), run)
  let [spent, began, fixed] = [0, 0, 0]
  let timing: Timing | undefined
  const seconds = (): number => (spent + performance.now() - began) / 1000
  await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`a run of ${run[0]} ended with ${code} before it began`)))
  })
  child.on('message', (message: Message) => {
    if (message === 'stepping') fixed = seconds()
    else if (typeof message === 'object')
      timing = { seconds: seconds(), fixed, perStep: (seconds() - fixed) / (message.done - 1) }
  })
  const over = once(child, 'exit')
  child.send('go')
  child.kill('SIGSTOP')
  return {
    timing: () => timing,
    async turn() {
      if (timing) return
      began = performance.now()
      child.kill('SIGCONT')
      await Promise.race([setTimeout(SLICE_MS), over])
      child.kill('SIGSTOP')
      spent += performance.now() - began
      began = performance.now()
      if (!timing && child.exitCode !== null) throw new Error(`a run of ${run[0]} ended with ${child.exitCode}`)
    },
  }
}
