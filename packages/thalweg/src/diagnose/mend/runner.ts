/** One entrant of a race: a configuration trained for some steps from a given place, and how good it is then. */
import { batchCount, batchRows } from '../../data/index.ts'
import type { NamedArray } from '../../nn/index.ts'
import { type Configuration, openSession, type Position, type StoredArray } from '../../train/index.ts'
import { momentAt } from '../../train/moment.ts'
import { createPace } from '../../train/pace.ts'
import { updatesOfRun } from '../../train/updates.ts'
import { copyOf } from '../first-weights.ts'
import { lossWith } from './yardstick.ts'

export interface Runner {
  /** Makes so many steps more, fewer where the run's signal fires; false where a number stopped being finite. */
  run(steps: number): Promise<boolean>
  /** Mean loss in inference mode; infinite where it died. */
  measure(): Promise<number>
  release(): void
}

export interface Start {
  /** Of the model; undefined for first weights. */
  readonly weights: Readonly<Record<string, NamedArray>> | undefined
  readonly position: Position
  /** All that the run was then, its optimizer too: for who goes on as it was. */
  readonly arrays?: ReadonlyMap<string, StoredArray>
}

/**
 * @param steps within which the entrant goes through all that is left of the run's schedules, in small: a run that only
 * warms up tells nothing of the rates that it will have
 */
export function openRunner(
  { model, settings }: Configuration,
  { weights, position, arrays }: Start,
  steps: number,
): Runner {
  const { optimizer, schedule, signal } = settings
  const store = copyOf(model, settings)
  if (weights) store.load(weights)
  const session = openSession(model, { ...settings, store })
  if (arrays) session.restore(arrays)
  const pace = createPace(50)
  const stride = Math.max(1, (updatesOfRun(settings) - position.step) / steps)
  let { epoch, batch } = position
  let made = 0
  let alive = true

  return {
    async run(more) {
      // One that dies at once would never be due for a pause, and many of them could not be stopped.
      await pace.pause()
      for (const end = made + more; alive && made < end && !signal?.aborted; ) {
        const order = settings.orders.epochOrder(epoch)
        const batches = batchCount(order.length, settings.batchSize)
        const step = position.step + Math.floor(made * stride)
        const rate = typeof schedule === 'function' ? schedule(step) : optimizer.learningRate
        const moment = momentAt(settings, { epoch, batch, step }, batches, rate)
        session.step(batchRows(order, settings.batchSize, batch), moment)
        alive = Number.isFinite(session.lastLoss())
        if (moment.updates) made++
        batch++
        if (batch === batches) [epoch, batch] = [epoch + 1, 0]
        if (pace.due()) await pace.pause()
      }
      return alive
    },
    measure: async () => (alive ? lossWith({ model, settings }, store) : Number.POSITIVE_INFINITY),
    release() {
      pace.close()
      session.release()
      store.release()
    },
  }
}
