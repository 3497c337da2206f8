/** Orders of examples by name. */
import { suggest } from 'thalweg/base'
import {
  balanced,
  curriculum,
  type Dataset,
  eachChunk,
  inOrder,
  labelsOf,
  linearPacing,
  lossScores,
  type Order,
  shuffled,
  stratified,
} from 'thalweg/data'
import { crossEntropy, dense, flatten, meanSquaredError, sequential } from 'thalweg/nn'
import { adam } from 'thalweg/optim'
import { fit } from 'thalweg/train'
import { z } from 'zod'
import { usage } from '../errors.ts'
import type { Prepared } from '../source/source.ts'
import { outputsOf } from './model.ts'

export interface OrderDescription {
  /** One of {@link orderNames}; `experiment`: what its file says. */
  readonly name: string
  /** What a curriculum goes by: a column of the table, or the loss under a small network. */
  readonly by?: string | undefined
  /** Epochs until a curriculum has let all examples in. */
  readonly epochs?: number | undefined
}

export const orderSchema: z.ZodType<OrderDescription> = z.object({
  name: z.string(),
  by: z.string().optional(),
  epochs: z.number().optional(),
})

const orders: Readonly<Record<string, () => Order>> = { shuffled, 'in-order': inOrder, stratified, balanced }

export const orderNames: readonly string[] = [...Object.keys(orders), 'curriculum']

/** Instead of a column. */
export const LOSS = 'loss'
/** The share of the examples that a curriculum begins with. */
const FIRST_SHARE = 0.2

/** @throws ThalwegError `usage/unknown-order` with near names, `usage/idle-option`, `data/missing-column` */
export function orderDescription(
  name: string,
  by: string | undefined,
  epochs: number,
  { scores }: Pick<Prepared, 'scores'>,
): OrderDescription {
  if (!orderNames.includes(name)) {
    throw usage('unknown-order', {
      rule: 'train: --order must name one that exists',
      received: name,
      try: suggest(name, orderNames, 'orders'),
    })
  }
  if (name !== 'curriculum') return { name }
  if (by !== undefined && by !== LOSS) {
    if (!scores) throw noColumns(by)
    scores(by)
  }
  return { name, by: by ?? LOSS, epochs: epochs / 2 }
}

export async function realizeOrder(
  { name, by = LOSS, epochs = 1 }: OrderDescription,
  { train, scores }: Prepared,
  seed: number,
): Promise<Order> {
  if (name !== 'curriculum') return orders[name]()
  const known = by === LOSS ? undefined : scores?.(by)
  return curriculum({
    scores: known ?? (await lossesOf(train, seed)),
    pacing: linearPacing({ start: FIRST_SHARE, epochs }),
  })
}

/** The loss of each example under one linear layer after two epochs: what is hard for the simplest of models. */
async function lossesOf(train: Dataset, seed: number): Promise<Float64Array> {
  const loss = train.target.kind === 'class' ? crossEntropy() : meanSquaredError()
  const model = sequential(flatten(), dense(outputsOf(train)))
  const run = await fit(model, { train, loss, optimizer: adam({ learningRate: 0.01 }), epochs: 2, seed })
  const labels = labelsOf(train)
  const losses: number[] = []
  eachChunk(train, (inputs, targets, start) => {
    const answer = run.predict(inputs)
    if (answer.kind === 'class' && labels) {
      const rows = answer.labels.length
      losses.push(...lossScores(answer.probabilities, labels.subarray(start, start + rows)))
    } else if (answer.kind === 'number') {
      const width = answer.names.length
      for (let at = 0; at < targets.length; at += width) {
        let sum = 0
        for (let k = at; k < at + width; k++) sum += (answer.numbers[k] - targets[k]) ** 2
        losses.push(sum)
      }
    }
  })
  run.store.release()
  return Float64Array.from(losses)
}

function noColumns(by: string): Error {
  return usage('idle-option', {
    rule: 'train: --curriculum-by must name a column of a table, or loss',
    received: `${by}, for data without columns`,
    try: '--curriculum-by loss',
  })
}
