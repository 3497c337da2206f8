/**
 * A saddle: down towards the ridge along x, down from it along y, and flat at the origin. Started almost on the ridge, the
 * slope that leads away is thousands of times smaller than the one that leads in.
 */
import { square, sub } from '../../tensor/index.ts'
import type { Surface } from './surface.ts'

/** One rate for all, so that what differs is the method; AdaDelta has none to give. */
const SAME_RATE = [
  'sgd',
  'momentum',
  'nesterov',
  'adagrad',
  'rmsprop',
  'adam',
  'adamw',
  'adamax',
  'nadam',
  'radam',
  'rprop',
  'lion',
  'lamb',
  'muon',
]

export const saddle: Surface = {
  name: 'saddle',
  title: 'A saddle point',
  formula: 'x^2 - y^2',
  source:
    'the pictures of Radford, "Visualizing optimization algos" (2014); Dauphin et al., "Identifying and attacking the saddle point problem in high-dimensional non-convex optimization" (NeurIPS 2014)',
  height: (x, y) => sub(square(x), square(y)),
  domain: { x: [-1.5, 1.5], y: [-1.5, 1.5] },
  starts: [[1, 1e-6]],
  minima: [],
  below: -1,
  settings: Object.fromEntries(SAME_RATE.map((name) => [name, { learningRate: 0.05 }])),
}
