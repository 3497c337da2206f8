/** A gentle beginning in front of any schedule (Goyal et al. 2017, section 2.2): the first steps at rates that rise to it. */
import { checkAtLeastZero, checkSteps, refuse } from '../checks.ts'
import { checkNames } from '../options.ts'
import type { Schedule } from './schedule.ts'

export interface WarmUpOptions {
  /** How many steps the rise takes. */
  readonly steps: number
  /**
   * What the schedule's first rate is multiplied with at step 0. Default `1 / (steps + 1)`, the first of even steps up, so
   * that no step is made at a rate of 0.
   */
  readonly startFactor?: number
}

/** `schedule(0)` times a factor that rises in a straight line to 1 at step `steps`; from there on `schedule`, from its 0. */
export function warmUp(schedule: Schedule, options: WarmUpOptions): Schedule {
  checkSchedule('warmUp', schedule)
  checkNames('warmUp', options, ['steps', 'startFactor'])
  const { steps, startFactor = 1 / (steps + 1) } = options
  checkSteps('warmUp', 'steps', steps, 0)
  checkAtLeastZero('warmUp', 'startFactor', startFactor, 'use 0.1, or leave it out')
  return (step) => {
    if (step >= steps) return schedule(step - steps)
    return schedule(0) * (startFactor + ((1 - startFactor) * step) / steps)
  }
}

export interface ChainPart {
  readonly schedule: Schedule
  /** How long it lasts; left out in the last part, which goes on for ever. */
  readonly steps?: number
}

/** One schedule after another, each counting from 0 where it begins (PyTorch's SequentialLR). */
export function chain(parts: readonly ChainPart[]): Schedule {
  if (parts.length === 0)
    refuse('chain', 'there must be a part', 'parts', '[]', 'give [{ schedule, steps }, { schedule }]')
  const begins: number[] = []
  let begin = 0
  for (const [index, part] of parts.entries()) {
    checkNames('chain', part, ['schedule', 'steps'])
    checkSchedule('chain', part.schedule)
    begins.push(begin)
    const isLast = index === parts.length - 1
    if (isLast !== (part.steps === undefined)) {
      const advice = isLast ? 'leave steps out of the last part' : 'say how long the part lasts'
      refuse('chain', 'every part but the last must have steps', `steps of part ${index + 1}`, part.steps, advice)
    }
    if (part.steps === undefined) continue
    checkSteps('chain', 'steps', part.steps)
    begin += part.steps
  }
  return (step) => {
    const index = begins.findLastIndex((first) => step >= first)
    return parts[index].schedule(step - begins[index])
  }
}

function checkSchedule(owner: string, schedule: unknown): asserts schedule is Schedule {
  if (typeof schedule === 'function') return
  const advice = 'give a function of the step, such as cosineDecay({ ... })'
  refuse(owner, 'schedule must be a function of the step', 'schedule', JSON.stringify(schedule), advice)
}
