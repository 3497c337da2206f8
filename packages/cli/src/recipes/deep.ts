/** A plain stack of equal layers: the network on which the article's section 4 shows what first weights do. */
import type { Dataset } from 'thalweg/data'
import { createActivation, dense, flatten, type Model, sequential } from 'thalweg/nn'
import { unitsBefore } from './activations.ts'
import { outputsOf } from './model.ts'

export interface DeepOptions {
  /** Hidden layers. */
  readonly depth: number
  /** Units of each. */
  readonly width: number
  /** Its name, with dashes. */
  readonly activation: string
}

export function deepModel({ depth, width, activation }: DeepOptions, train: Dataset): Model {
  const units = unitsBefore(activation, width)
  const hidden = Array.from({ length: depth }, () => [dense(units), createActivation(activation)]).flat()
  const inputs = train.inputShape.length > 1 ? [flatten()] : []
  return sequential(...inputs, ...hidden, dense(outputsOf(train)))
}

export function describeDeep({ depth, width, activation }: DeepOptions): string {
  return `${depth} x (dense ${unitsBefore(activation, width)}, ${activation}); dense`
}
