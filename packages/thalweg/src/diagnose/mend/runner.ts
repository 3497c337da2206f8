/** One entrant of a race: a configuration trained for some steps from a given place, and how good it is then. */
import { batchCount, batchRows, type Dataset, subset } from '../../data/index.ts'
import type { NamedArray } from '../../nn/index.ts'
import { type Configuration, evaluate, openSession, type Position } from '../../train/index.ts'
import { momentAt } from '../../train/moment.ts'
import { createPace } from '../../train/pace.ts'
import { copyOf } from '../first-weights.ts'

/** Examples that entrants are measured on. */
const EXAMPLES = 512

export interface Runner {
  /** Makes so many steps more; false where a number stopped being finite. */
  run(steps: number): Promise<boolean>
  /** Mean loss in inference mode; infinite where it died. */
  measure(): Promise<number>
  release(): void
}

export interface Start {
  /** Of the model; undefined for first weights. */
  readonly weights: Readonly<Record<string, NamedArray>> | undefined
  readonly position: Position
}

export function openRunner({ model, settings }: Configuration, { weights, position }: Start): Runner {
  const { engine, train, valid, loss, optimizer, schedule } = settings
  const store = copyOf(model, settings)
  if (weights) store.load(weights)
  const session = openSession(model, { ...settings, store })
  const pace = createPace(50)
  const yardstick = sampleOf(valid ?? train)
  let { epoch, batch, step } = position
  let alive = true
  const rate = (): number => (typeof schedule === 'function' ? schedule(step) : optimizer.learningRate)

  return {
    async run(steps) {
      for (let made = 0; alive && made < steps; ) {
        const order = settings.orders.epochOrder(epoch)
        const batches = batchCount(order.length, settings.batchSize)
        const moment = momentAt(settings, { epoch, batch, step }, batches, rate())
        session.step(batchRows(order, settings.batchSize, batch), moment)
        alive = Number.isFinite(session.lastLoss())
        if (moment.updates) {
          made++
          step++
        }
        batch++
        if (batch === batches) [epoch, batch] = [epoch + 1, 0]
        if (pace.due()) await pace.pause()
      }
      return alive
    },
    async measure() {
      if (!alive) return Number.POSITIVE_INFINITY
      const metrics = await evaluate(model, yardstick, { store, loss, engine })
      return Number.isFinite(metrics.loss) ? metrics.loss : Number.POSITIVE_INFINITY
    },
    release() {
      pace.close()
      session.release()
      store.release()
    },
  }
}

function sampleOf(dataset: Dataset): Dataset {
  if (dataset.size <= EXAMPLES) return dataset
  return subset(
    dataset,
    Int32Array.from({ length: EXAMPLES }, (_, i) => Math.floor((i * dataset.size) / EXAMPLES)),
  )
}
