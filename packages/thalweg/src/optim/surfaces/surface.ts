/**
 * A test surface: a function of two parameters that shows what an optimizer does, because one can look at all of it. Its
 * height is written in tensor ops, so that gradients and updates are those of training.
 */
import { formatShape, sameShape, ThalwegError } from '../../base/index.ts'
import type { Tensor } from '../../tensor/index.ts'

export type Point = readonly [x: number, y: number]
export type Interval = readonly [low: number, high: number]

export interface Surface {
  /** `long-valley`: as in a command. */
  readonly name: string
  /** For the head of a picture: `A long valley`. */
  readonly title: string
  /** For people: `(1 - x)^2 + 100 (y - x^2)^2`. */
  readonly formula: string
  /** Who came up with it, or who used it to show what. */
  readonly source: string
  /**
   * Heights over the points (x, y), all three of one shape: each height of its own point alone, since many points go
   * down side by side.
   */
  readonly height: (x: Tensor, y: Tensor) => Tensor
  /** Where one looks: what pictures show and where grids of starting points lie. */
  readonly domain: { readonly x: Interval; readonly y: Interval }
  /** Where descents begin; the first one is the usual one. */
  readonly starts: readonly Point[]
  /** All lowest points, as far as they are known; none where there is no bottom. */
  readonly minima: readonly Point[]
  /** For a surface without a bottom: below this height a descent has left what there was to leave. */
  readonly below?: number
  /** Options by the name of an optimizer with which it does well here; for the others its defaults must do. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export interface SurfaceDefinition extends Partial<Surface> {
  readonly height: Surface['height']
  readonly domain: Surface['domain']
}

/**
 * A surface of one's own; `height` and `domain` are all that it needs. Starts from the corners of the middle half of the
 * domain when `starts` is left out.
 *
 * @throws ThalwegError `optim/bad-surface` for an empty domain, or for points that are no numbers
 */
export function defineSurface(definition: SurfaceDefinition): Surface {
  const { name = 'surface', domain, height } = definition
  for (const axis of ['x', 'y'] as const) {
    const [low, high] = domain[axis]
    if (low < high && Number.isFinite(low) && Number.isFinite(high)) continue
    throw new ThalwegError('optim/bad-surface', {
      rule: `${name}: the domain must reach from a low to a high number on both axes`,
      received: `${axis} [${low}, ${high}]`,
      try: 'give domain { x: [-2, 2], y: [-2, 2] }',
    })
  }
  if (definition.starts) checkPoints(name, definition.starts)
  const quarter = ([low, high]: Interval): Interval => [(3 * low + high) / 4, (low + 3 * high) / 4]
  const [left, right] = quarter(domain.x)
  const [bottom, top] = quarter(domain.y)
  return {
    title: name,
    formula: '',
    source: '',
    starts: [
      [left, bottom],
      [left, top],
      [right, bottom],
      [right, top],
    ],
    minima: [],
    settings: {},
    ...definition,
    name,
    height,
  }
}

/** @throws ThalwegError `optim/bad-surface` where there is no point, or one that is no pair of finite numbers */
export function checkPoints(name: string, points: readonly Point[]): void {
  const wrong = points.find((point) => point.length !== 2 || !point.every(Number.isFinite))
  if (points.length > 0 && wrong === undefined) return
  throw new ThalwegError('optim/bad-surface', {
    rule: `${name}: there must be starting points, each of two finite numbers`,
    received: wrong === undefined ? 'no points' : `[${wrong}]`,
    try: 'give starts such as [[1, 1.5]]',
  })
}

/** The heights over points, held to what a surface must be. */
export function heightsOf(surface: Surface, x: Tensor, y: Tensor): Tensor {
  const heights = surface.height(x, y)
  if (sameShape(heights.shape, x.shape) && heights.dtype === 'float32') return heights
  throw new ThalwegError('optim/bad-surface', {
    rule: `${surface.name}: the height must give one float32 for each point`,
    received: `${heights.dtype} ${formatShape(heights.shape)} for points ${formatShape(x.shape)}`,
    try: 'write the height element by element, without sums over the points',
  })
}
