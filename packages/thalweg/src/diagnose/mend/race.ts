/**
 * A race of candidates and the unchanged run under one small equal budget, in rounds: after each, the worse half leaves
 * (successive halving; Jamieson and Talwalkar, AISTATS 2016). The winner has to beat the control by a margin; while the two are
 * closer than that, they run on, as far as the budget goes.
 */
import type { Configuration, Patch, Trial } from '../../train/index.ts'
import { updatesOfRun } from '../../train/updates.ts'
import { leastLossOf } from '../blind-loss.ts'
import type { Candidate } from './candidates.ts'
import { openRunner, type Runner, type Start } from './runner.ts'

/** Of the control's loss, above the least there is. Two runs that differ in nothing but chance are closer than this. */
export const MARGIN = 0.05
const ROUNDS = 3

const NEW_WEIGHTS: ReadonlySet<Patch['kind']> = new Set(['initializer', 'widen-layer'])

export interface Race {
  readonly control: number
  readonly candidates: readonly Trial[]
  readonly winner: Candidate | undefined
  /** Steps of all entrants together. */
  readonly spent: number
}

/** Steps that one entrant may make where all of them may make `budget`. */
export function stepsWithin(budget: number, candidates: number): number {
  // The control and the winner run to the end, in thirds; others for a third or two.
  let parts = ROUNDS
  for (let round = 0, left = candidates; round < ROUNDS; round++, left = Math.ceil(left / 2)) parts += left
  return Math.floor((budget * ROUNDS) / parts)
}

export interface RaceOptions {
  /** That one entrant makes in all rounds together. */
  readonly steps: number
  /** That all entrants may make together, with what they run on. */
  readonly most: number
  /** Whether the unchanged run is known to die, however well it does meanwhile. */
  readonly isDead: boolean
}

/** Undefined where the run's signal fired meanwhile: nothing is decided then. */
export async function race(
  unchanged: Configuration,
  candidates: readonly Candidate[],
  start: Start,
  { steps, most, isDead }: RaceOptions,
): Promise<Race | undefined> {
  const entrants = candidates.map((candidate): Entrant => ({ candidate, loss: Number.POSITIVE_INFINITY }))
  const runners = new Map<Candidate, Runner>()
  const part = Math.max(1, Math.floor(steps / ROUNDS))
  const least = leastLossOf(unchanged.settings.train, unchanged.settings.loss)
  const isCut = (): boolean => unchanged.settings.signal?.aborted === true
  let spent = 0
  let racing = entrants
  // It alone goes on with the optimizer as it was: a mended run begins with a fresh one.
  const control = openRunner(unchanged, start, steps)

  /** What a user's code throws with the changes puts them out of the race, and the run goes on. */
  async function runOn(entrant: Entrant): Promise<void> {
    const { candidate, thrown } = entrant
    if (thrown !== undefined) return
    try {
      const runner = runners.get(candidate) ?? openRunner(candidate.configuration, startOf(candidate, start), steps)
      runners.set(candidate, runner)
      await runner.run(part)
      if (!isCut()) entrant.loss = await runner.measure()
    } catch (error) {
      entrant.thrown = error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error)
      entrant.loss = Number.POSITIVE_INFINITY
    }
  }

  try {
    for (let round = 0; round < ROUNDS; round++) {
      await control.run(part)
      if (isCut()) return undefined
      spent += part
      for (const entrant of racing) {
        await runOn(entrant)
        if (isCut()) return undefined
        spent += part
      }
      racing = [...racing].sort((a, b) => a.loss - b.loss)
      for (const { candidate } of racing.splice(Math.ceil(racing.length / 2))) runners.get(candidate)?.release()
    }
    const [best] = racing
    const runner = best && runners.get(best.candidate)
    let ofControl = isDead ? Number.POSITIVE_INFINITY : await control.measure()
    // Schedules that were gone through say nothing about further steps.
    const goesOn = typeof unchanged.settings.schedule !== 'function'
    while (goesOn && runner && isClose(best.loss - least, ofControl - least) && spent + 2 * part <= most) {
      await control.run(part)
      await runOn(best)
      if (isCut()) return undefined
      spent += 2 * part
      ofControl = await control.measure()
    }
    const wins =
      best !== undefined &&
      best.loss < Number.POSITIVE_INFINITY &&
      best.loss - least < (ofControl - least) * (1 - MARGIN)
    return {
      control: ofControl,
      candidates: entrants.map(({ candidate: { patches, changes }, loss, thrown }) => {
        return { patches, changes, loss, ...(thrown !== undefined && { thrown }) }
      }),
      winner: wins ? best.candidate : undefined,
      spent,
    }
  } finally {
    control.release()
    for (const { candidate } of racing) runners.get(candidate)?.release()
  }
}

interface Entrant {
  readonly candidate: Candidate
  loss: number
  thrown?: string
}

/** Whether chance alone may have decided. */
function isClose(loss: number, control: number): boolean {
  return Math.abs(loss - control) < MARGIN * control
}

/**
 * Other batches cut the epoch in other places: it begins again, after as many updates as the epochs before it have now. New
 * first weights take the place of the old ones.
 */
export function startOf(
  { patches, configuration: { settings } }: Pick<Candidate, 'patches' | 'configuration'>,
  { weights, position }: Start,
): Start {
  const isRecut = patches.some(({ kind }) => kind === 'batch-size' || kind === 'shuffle')
  // A wider layer's old weights would not fit.
  const isNew = patches.some(({ kind }) => NEW_WEIGHTS.has(kind))
  const { epoch } = position
  const recut = { epoch, batch: 0, step: updatesOfRun({ ...settings, epochs: epoch }) }
  return { weights: isNew ? undefined : weights, position: isRecut ? recut : position }
}
