/**
 * Quadratic near the target and linear far from it (Huber 1964): with e = |prediction - target|, `e^2 / 2` up to delta
 * and `delta * (e - delta / 2)` beyond. Smooth L1 (Girshick, Fast R-CNN, ICCV 2015) is the same divided by its beta.
 */
import { abs, lessEqual, mean, mul, select, square, sub, type Tensor } from '../../tensor/index.ts'
import { checkNames, checkPositive } from '../checks.ts'
import { checkNumbers, type Loss } from './loss.ts'

/** Prediction and target of one shape -> mean over batch and columns. Default delta 1. */
export function huber(options: { readonly delta?: number } = {}): Loss {
  const { delta = 1 } = options
  checkNames('huber', options, { delta })
  checkPositive('huber', 'delta', delta, 'use 1')
  return {
    name: 'huber',
    task: 'number',
    options: { delta },
    forward: (prediction, target) => mean(bent('huber', prediction, target, delta)),
  }
}

/** Prediction and target of one shape -> mean over batch and columns. Default beta 1. */
export function smoothL1(options: { readonly beta?: number } = {}): Loss {
  const { beta = 1 } = options
  checkNames('smoothL1', options, { beta })
  checkPositive('smoothL1', 'beta', beta, 'use 1')
  return {
    name: 'smoothL1',
    task: 'number',
    options: { beta },
    forward: (prediction, target) => mul(mean(bent('smoothL1', prediction, target, beta)), 1 / beta),
  }
}

function bent(loss: string, prediction: Tensor, target: Tensor, delta: number): Tensor {
  checkNumbers(loss, prediction, target)
  const error = sub(prediction, target)
  const distance = abs(error)
  return select(lessEqual(distance, delta), mul(square(error), 0.5), mul(sub(distance, delta / 2), delta))
}
