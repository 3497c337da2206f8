/** Generated points in the plane with a class each: what spiral, moons, circles and xor have in common. */
import { type Random, random } from '../../base/index.ts'
import { arrays } from '../arrays.ts'
import { checkCount, checkNoise, checkSeed } from '../checks.ts'
import type { Dataset } from '../dataset.ts'

export interface PointsOptions {
  /** Number of points, shared evenly among the classes. Default 1000. */
  readonly size?: number
  /** Standard deviation of the normal noise on each coordinate. Each generator has its own default. */
  readonly noise?: number
  /** Default 1. */
  readonly seed?: number
}

/** A point before noise, at `position` in [0, 1) along its class. */
type PlacePoint = (label: number, position: number, draw: Random) => readonly [x: number, y: number]

/** Point i belongs to class i mod classes and is drawn from its own stream: a larger set begins with the smaller one. */
export function points(
  name: string,
  classes: number,
  noise: number,
  options: PointsOptions,
  place: PlacePoint,
): Dataset {
  const { size = 1000, seed = 1 } = options
  checkCount(name, 'size', size, classes)
  checkSeed(name, seed)
  checkNoise(name, noise)
  const inputs = new Float32Array(size * 2)
  const labels = new Int32Array(size)
  for (let i = 0; i < size; i++) {
    const draw = random(seed, `data/${name}/${i}`)
    const label = i % classes
    const [x, y] = place(label, draw.uniform(), draw)
    inputs[2 * i] = x + noise * draw.normal()
    inputs[2 * i + 1] = y + noise * draw.normal()
    labels[i] = label
  }
  return arrays({
    name,
    inputs,
    inputShape: [2],
    labels,
    classes: Array.from({ length: classes }, (_, k) => String(k)),
  })
}
