/**
 * Handwritten-looking digits, drawn by code: a glyph chosen among several per digit, its points moved a little, bent,
 * slanted, turned, stretched and shifted, drawn with a pen of some width on slightly grainy paper. The dataset that needs
 * no download: a linear model errs on about one image in eight, a small convolutional network on about one in a hundred.
 */
import { type Random, random } from '../../base/index.ts'
import { arrays } from '../arrays.ts'
import { checkCount, checkNames, checkSeed } from '../checks.ts'
import type { Dataset } from '../dataset.ts'
import { flatten } from './pen/curve.ts'
import { type Glyph, glyphs } from './pen/glyphs.ts'
import { drawLine } from './pen/ink.ts'

export interface DigitsOptions {
  /** Number of images; every ten in a row hold each digit once. Default 12,000. */
  readonly size?: number
  /** Default 1. */
  readonly seed?: number
}

const SIDE = 28
const PIXELS = SIDE * SIDE
/** Pixels between an image's edge and the ink. */
const MARGIN = 1.5

/** How one writer's hand varies: standard deviations unless said otherwise, lengths as shares of the glyph's box. */
const hand = {
  wobble: 0.022,
  bend: 0.09,
  /** Radians; the mean slant leans to the right, as most handwriting does. */
  turn: 0.13,
  slant: 0.18,
  meanSlant: -0.08,
  /** Box height in pixels, and width as a share of it: uniform between these. */
  height: [17, 24],
  width: [0.72, 1.12],
  /** Pixels. */
  shift: 1.3,
  /** Pen radius in pixels, uniform, and how much it changes along a stroke. */
  radius: [0.65, 1.65],
  pressure: 0.18,
  /** Darkness of the ink, uniform; grain of the ink; grain of the paper, uniform from 0. */
  ink: [0.78, 1],
  inkGrain: 0.07,
  paperGrain: 0.03,
} as const

/**
 * Images `[28,28,1]` of the digits 0 to 9, white on black in 0..1 (as MNIST), stored as bytes. Image i depends on the seed
 * and i alone, so a larger set begins with the smaller one.
 *
 * @throws ThalwegError `data/bad-count`, `data/bad-seed`
 */
export function digits(options: DigitsOptions = {}): Dataset {
  const { size = 12_000, seed = 1 } = options
  checkNames('digits', options, { size, seed })
  checkCount('digits', 'size', size, 1)
  checkSeed('digits', seed)
  const inputs = new Uint8Array(size * PIXELS)
  const labels = new Int32Array(size)
  const paper = new Float32Array(PIXELS)
  let order = new Int32Array(0)
  for (let i = 0; i < size; i++) {
    if (i % 10 === 0) order = Int32Array.from(random(seed, `data/digits/order/${i}`).permutation(10))
    const draw = random(seed, `data/digits/${i}`)
    const label = order[i % 10]
    labels[i] = label
    paper.fill(0)
    write(paper, glyphs[label][draw.integer(glyphs[label].length)], draw)
    develop(paper, draw, inputs.subarray(i * PIXELS, (i + 1) * PIXELS))
  }
  return arrays({ name: 'digits', inputs, inputShape: [SIDE, SIDE, 1], labels, classes: [...'0123456789'] })
}

/** Draws one glyph as one hand would. */
function write(paper: Float32Array, glyph: Glyph, draw: Random): void {
  const radius = between(hand.radius, draw)
  const lines = place(vary(glyph, draw).map(flatten), radius, draw)
  for (const line of lines) {
    const change = hand.pressure * draw.normal()
    drawLine(paper, SIDE, line, radius * (1 + change), radius * (1 - change))
  }
}

/** Moves every point a little and bends the glyph sideways; a corner stays one point. */
function vary(glyph: Glyph, draw: Random): Glyph {
  const bend = hand.bend * draw.normal()
  return glyph.map((stroke) => {
    let previous: readonly [number, number] | undefined
    let moved: readonly [number, number] = [0, 0]
    return stroke.map((point) => {
      const isCorner = previous !== undefined && previous[0] === point[0] && previous[1] === point[1]
      previous = point
      if (isCorner) return moved
      const bow = bend * (4 * (point[1] - 0.5) ** 2 - 0.5)
      moved = [point[0] + bow + hand.wobble * draw.normal(), point[1] + hand.wobble * draw.normal()]
      return moved
    })
  })
}

/** Stretches, slants, turns and shifts lines from the unit box to the paper, and keeps them on it. */
function place(lines: number[][], radius: number, draw: Random): number[][] {
  const height = between(hand.height, draw)
  const width = height * between(hand.width, draw)
  const slant = hand.meanSlant + hand.slant * draw.normal()
  const turn = hand.turn * draw.normal()
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
  for (const line of lines) {
    for (let i = 0; i < line.length; i += 2) {
      const y = (line[i + 1] - 0.5) * height
      const x = (line[i] - 0.5) * width + slant * y
      line[i] = cos * x - sin * y
      line[i + 1] = sin * x + cos * y
    }
  }
  for (const axis of [0, 1]) {
    const places = lines.flatMap((line) => line.filter((_, i) => i % 2 === axis))
    const [least, most] = [Math.min(...places), Math.max(...places)]
    const room = SIDE - 2 * (MARGIN + radius)
    const shrink = Math.min(1, room / (most - least))
    const centre = (shrink * (least + most)) / 2
    const slack = (room - shrink * (most - least)) / 2
    const shift = Math.max(-slack, Math.min(slack, hand.shift * draw.normal())) + SIDE / 2 - centre
    for (const line of lines) for (let i = axis; i < line.length; i += 2) line[i] = line[i] * shrink + shift
  }
  return lines
}

/** Turns ink into bytes, with grain: cheap noise of about the normal's shape, from four bytes of one random word. */
function develop(paper: Float32Array, draw: Random, pixels: Uint8Array): void {
  const ink = between(hand.ink, draw)
  const paperGrain = hand.paperGrain * draw.uniform()
  for (let i = 0; i < PIXELS; i++) {
    const word = draw.bits()
    const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24)
    const grain = (sum - 510) / 147.8
    const value = paper[i] * ink * (1 + hand.inkGrain * grain) + paperGrain * grain
    pixels[i] = Math.max(0, Math.min(255, Math.round(255 * value)))
  }
}

function between(range: readonly [number, number], draw: Random): number {
  return range[0] + (range[1] - range[0]) * draw.uniform()
}
