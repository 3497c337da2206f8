/**
 * Which programs the benchmark is made of. Candidates are numbered; the first so many that pass are taken, so the choice is
 * the same on every machine and with any number of workers.
 */
import { random } from 'thalweg/base'
import { tableOf } from './build.ts'
import { kinds as allKinds } from './kinds/all.ts'
import type { Kind } from './kinds/kind.ts'
import type { Pool } from './pool.ts'
import type { Program } from './program.ts'
import { healthyProgram, type Split, splits } from './sampler.ts'
import type { Table } from './tables/table.ts'
import type { Outcome } from './trial.ts'

/**
 * A healthy program scores so much, at least as much as the best linear model, and on new data not much less than on its
 * own. None of it is what the diagnosis goes by.
 */
export const HEALTHY_GAIN = 0.75
export const HEALTHY_GAP = 0.1

/** Share of its healthy twin's gain that a fault must cost (or validation must promise above the truth) to count as one. */
export const HARM = 0.25

/** How many times as large as the rarest class the commonest one may be. */
const DROWNED = 20

/** Candidates that may fail for each that is taken, before a kind or a split is given up. */
const PATIENCE = 12

export interface Healthy {
  readonly number: number
  readonly program: Program
  readonly outcome: Outcome
}

export interface Faulty {
  readonly kind: Kind
  readonly program: Program
  readonly layers: readonly string[] | undefined
  readonly twin: Healthy
  /** Without a babysitter. */
  readonly outcome: Outcome
}

export async function chooseHealthy(pool: Pool, split: Split, count: number, width: number): Promise<Healthy[]> {
  return firstOf(count, width, async (number) => {
    const program = healthyProgram(split, number)
    const [outcome, linear] = await Promise.all([pool.trial(program, 'off'), pool.linear(program)])
    const isGood = outcome.gain >= HEALTHY_GAIN && outcome.gain >= linear
    const isOpen = outcome.trainGain - outcome.gain <= HEALTHY_GAP
    return isGood && isOpen && hasAllClasses(tableOf(program)) ? { number, program, outcome } : undefined
  })
}

/** A set in which a class is missing, or drowned by another one, has two of the faults below whatever its score. */
function hasAllClasses({ task, outputs, train }: Table): boolean {
  if (task !== 'class') return true
  const counts = new Array<number>(outputs).fill(0)
  for (const label of train.targets) counts[label]++
  return Math.min(...counts) * DROWNED >= Math.max(...counts)
}

export async function chooseFaulty(
  pool: Pool,
  split: Split,
  healthy: readonly Healthy[],
  options: { readonly perKind: number; readonly kinds?: readonly Kind[]; readonly width: number },
): Promise<Faulty[]> {
  const { perKind, kinds = allKinds, width } = options
  const chosen = kinds.map((kind) => {
    const draw = random(splits[split], `faults/faulty/${kind.name}`)
    const order = draw.permutation(healthy.length)
    return firstOf(perKind, Math.min(width, perKind), async (number) => {
      const twin = healthy[order[number % order.length]]
      const mutation = kind.mutate(twin.program, draw.stream(String(number)))
      if (!mutation) return undefined
      const outcome = await pool.trial(mutation.program, 'off')
      if (!isHarmed(kind, twin.outcome, outcome)) return undefined
      return { kind, program: mutation.program, layers: mutation.layers, twin, outcome }
    })
  })
  return (await Promise.all(chosen)).flat()
}

function isHarmed({ harms = 'score' }: Kind, healthy: Outcome, faulty: Outcome): boolean {
  switch (harms) {
    case 'score':
      return faulty.gain <= (1 - HARM) * healthy.gain
    case 'trust':
      return faulty.validGain - faulty.gain >= HARM * healthy.gain
    case 'time':
      return faulty.waitedSeconds >= faulty.seconds / 2
  }
}

/** The first `count` numbers whose `attempt` gives something; `width` of them are tried at a time. */
async function firstOf<Value>(
  count: number,
  width: number,
  attempt: (number: number) => Promise<Value | undefined>,
): Promise<Value[]> {
  const found: Value[] = []
  for (let next = 0; found.length < count && next < count * PATIENCE; next += width) {
    const tried = await Promise.all(Array.from({ length: width }, (_, i) => attempt(next + i)))
    for (const value of tried) if (value !== undefined && found.length < count) found.push(value)
  }
  return found
}
