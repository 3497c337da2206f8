/** Small networks to fall ill, and data for them that healthy ones learn in a moment. */
import { random } from 'thalweg/base'
import { arrays, type Dataset } from 'thalweg/data'
import { advise } from 'thalweg/diagnose'
import { crossEntropy, dense, type Model, relu, sequential } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { type Finding, type FitOptions, fit } from 'thalweg/train'

export interface CloudsOptions {
  readonly size?: number
  readonly name?: string
  readonly scale?: number
  readonly distance?: number
}

/** Four clouds in eight dimensions. */
export function clouds({ size = 512, name = 'clouds', scale = 1, distance = 2 }: CloudsOptions = {}): Dataset {
  const draw = random(1, name)
  const labels = Int32Array.from({ length: size }, (_, i) => i % 4)
  const inputs = Float32Array.from({ length: size * 8 }, (_, i) => {
    return scale * (draw.normal() + distance * Number(labels[i >> 3] === i % 8))
  })
  return arrays({ name, inputs, inputShape: [8], labels })
}

export interface SlopeOptions extends Omit<CloudsOptions, 'distance'> {
  readonly shift?: number
  /** What the eighth example has instead. */
  readonly outlier?: number
}

/** A number that depends on four others. */
export function slope({ size = 512, name = 'slope', scale = 1, shift = 0, outlier }: SlopeOptions = {}): Dataset {
  const draw = random(1, name)
  const inputs = Float32Array.from({ length: size * 4 }, () => draw.normal())
  const numbers = Float32Array.from({ length: size }, (_, i) => {
    return shift + scale * (inputs[4 * i] - 2 * inputs[4 * i + 1] + 0.1 * draw.normal())
  })
  if (outlier !== undefined) numbers[7] = outlier
  return arrays({ name, inputs, inputShape: [4], numbers })
}

/** Options with which a small network learns the clouds. */
export function recipe(): FitOptions {
  const optimizer = sgd({ learningRate: 0.05, momentum: 0.9 })
  return { train: clouds(), loss: crossEntropy(), optimizer, epochs: 8, batchSize: 32, seed: 3 }
}

export interface Patient extends Partial<FitOptions> {
  readonly model?: Model
}

/** What the babysitter finds of `patient`; everything that is not said is healthy. */
export async function examined({
  model = sequential(dense(32), relu(), dense(16), relu(), dense(4)),
  ...options
}: Patient): Promise<readonly Finding[]> {
  const found: Finding[] = []
  const onEvent: FitOptions['onEvent'] = (event) => {
    if (event.type === 'finding') found.push(event)
  }
  await fit(model, { ...recipe(), babysit: advise(), onEvent, ...options }).catch((error) => {
    if (error.code !== 'train/non-finite-loss') throw error
  })
  return found
}

export function codes(findings: readonly Finding[], ...severities: readonly Finding['severity'][]): string[] {
  return findings.filter(({ severity }) => severities.includes(severity)).map(({ code }) => code)
}
