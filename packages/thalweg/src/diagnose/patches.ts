/** Changes that several ailments ask for. */
import type { Patch, Settings } from '../train/index.ts'

export const slower: Patch = { kind: 'learning-rate', factor: 0.1 }
export const muchSlower: Patch = { kind: 'learning-rate', factor: 0.01 }
export const faster: Patch = { kind: 'learning-rate', factor: 10 }
export const muchFaster: Patch = { kind: 'learning-rate', factor: 100 }
export const clipped: Patch = { kind: 'clip-norm', norm: 1 }
export const adaptive: Patch = { kind: 'optimizer', name: 'adam', options: { learningRate: 0.001 } }
export const drawnByHe: Patch = { kind: 'initializer', name: 'he' }
export const drawnByXavier: Patch = { kind: 'initializer', name: 'xavier' }
export const shuffledOrder: Patch = { kind: 'shuffle' }
export const scaledInputs: Patch = { kind: 'scale-inputs' }
export const scaledOutputs: Patch = { kind: 'scale-outputs' }
export const largerBatches: Patch = { kind: 'batch-size', size: 32 }

export function activation(from: string, to: string): Patch {
  return { kind: 'activation', from, to }
}

/** Above this a step is mostly what hundreds of steps before it wanted. */
const MUCH_MOMENTUM = 0.95
const USUAL_MOMENTUM = 0.9

/** The same optimizer at its rate with the usual momentum, where it has far more; Adam and its kin call it beta1. */
export function lessMomentum({ optimizer: { name, options, learningRate } }: Pick<Settings, 'optimizer'>): Patch[] {
  const option = ['momentum', 'beta1'].find((one) => Number(options[one]) > MUCH_MOMENTUM)
  if (option === undefined) return []
  return [{ kind: 'optimizer', name, options: { ...options, learningRate, [option]: USUAL_MOMENTUM } }]
}
