/**
 * A step as a flame graph that hangs from its root (an icicle): the step, its layers, their parts, their kernels; each as wide
 * as the time it takes. Source: Gregg, "The flame graph", CACM 2016. Kernels are coloured by the share of the roofline that
 * they reach.
 */
import { compactNumber, type KernelProfile, type Profile } from 'thalweg/compile'
import { INK } from '../plot/colour.ts'
import { heading } from '../plot/frame.ts'
import { element, group, type Markup, svgDocument, textWidth } from '../plot/svg.ts'
import { percent } from '../terminal/format.ts'
import { sumOf, workOf } from './layers.ts'
import { NO_LAYER } from './words.ts'

const WIDTH = 1200
const MARGIN = 20
const TOP = 84
const ROW = 24
const FONT_SIZE = 11
/** Narrower boxes are not drawn: nobody could see them. */
const NARROWEST = 0.3

/** Shares of the roofline from which on a kernel has this colour. */
const SHARES: readonly (readonly [from: number, colour: string, words: string])[] = [
  [0.6, '#7fc8a9', 'at least 60% of the roofline'],
  [0.3, '#b5d99c', '30 to 60%'],
  [0.1, '#f2cf63', '10 to 30%'],
  [0, '#f0a07a', 'less than 10%'],
]
const LAYER_FILLS = ['#dfe5ec', '#e9edf2'] as const

interface Box {
  readonly name: string
  readonly kernel?: KernelProfile
  readonly children: Map<string, Box>
  milliseconds: number
}

export interface Caption {
  readonly network: string
  /** Batch, data, machine. */
  readonly seen: string
}

export function profileSvg({ kernels, rounds }: Profile, { network, seen }: Caption): string {
  const root = boxesOf(kernels)
  const rows = depthOf(root)
  const width = WIDTH - 2 * MARGIN
  const all = root.milliseconds
  const bottom = TOP + rows * ROW
  return svgDocument({
    width: WIDTH,
    height: bottom + 44,
    title: `Where a step's ${all.toFixed(3)} ms go`,
    description: `${network}. ${seen}. Boxes are as wide as their time; below each layer are its kernels.`,
    content: [
      heading(`Where a step's ${all.toFixed(3)} ms go`, network, MARGIN, 30),
      element('text', { x: MARGIN, y: 64, fill: INK.quiet }, `${seen}; medians of ${rounds} rounds`),
      group({ 'font-size': FONT_SIZE }, boxMarkup(root, { all, left: MARGIN, pixels: width / all, row: 0, place: 0 })),
      legend(bottom + 26),
    ],
  })
}

/** Boxes within boxes, each in the order in which its first kernel runs. */
function boxesOf(kernels: readonly KernelProfile[]): Box {
  const root: Box = { name: 'step', children: new Map(), milliseconds: sumOf(kernels, (kernel) => kernel.milliseconds) }
  kernels.forEach((kernel, index) => {
    let box = root
    for (const name of kernel.layer === '' ? [NO_LAYER] : kernel.layer.split('.')) {
      const inner: Box = box.children.get(name) ?? { name, children: new Map(), milliseconds: 0 }
      box.children.set(name, inner)
      inner.milliseconds += kernel.milliseconds
      box = inner
    }
    box.children.set(`${index} kernel`, {
      name: workOf(kernel),
      kernel,
      children: new Map(),
      milliseconds: kernel.milliseconds,
    })
  })
  return root
}

function depthOf({ children }: Box): number {
  return 1 + Math.max(0, ...[...children.values()].map(depthOf))
}

interface Place {
  /** Milliseconds of the whole step. */
  readonly all: number
  readonly left: number
  readonly pixels: number
  readonly row: number
  /** Among its siblings. */
  readonly place: number
}

function boxMarkup(box: Box, { all, left, pixels, row, place }: Place): Markup[] {
  const width = box.milliseconds * pixels
  if (width < NARROWEST) return []
  const y = TOP + row * ROW
  const found = [
    group({}, [
      element('title', {}, tooltip(box, all)),
      element('rect', {
        x: left,
        y,
        width,
        height: ROW - 1,
        fill: fillOf(box, place),
        stroke: '#fff',
        'stroke-width': 0.5,
      }),
      nameIn(box.name, left, y, width),
    ]),
  ]
  let inner = left
  let next = 0
  for (const child of box.children.values()) {
    found.push(...boxMarkup(child, { all, left: inner, pixels, row: row + 1, place: next++ }))
    inner += child.milliseconds * pixels
  }
  return found
}

function fillOf({ kernel }: Box, place: number): string {
  if (kernel === undefined) return LAYER_FILLS[place % LAYER_FILLS.length]
  const share = kernel.leastMilliseconds / kernel.milliseconds
  return (SHARES.find(([from]) => share >= from) ?? SHARES[SHARES.length - 1])[1]
}

function tooltip({ name, kernel, milliseconds }: Box, all: number): string {
  const time = `${milliseconds.toFixed(3)} ms, ${percent(milliseconds / all, 1)} of the step`
  if (kernel === undefined) return `${name}\n${time}`
  const { label, shape, operations, bytesRead, bytesWritten, leastMilliseconds } = kernel
  const work = `${compactNumber(operations)} operations, ${compactNumber(bytesRead)}B read, ${compactNumber(bytesWritten)}B written`
  return `${label} [${shape}]\n${time}; ${percent(leastMilliseconds / milliseconds, 0)} of the roofline\n${work}`
}

/** As much of a name as there is room for. */
function nameIn(name: string, left: number, y: number, width: number): Markup | undefined {
  const room = Math.floor((width - 8) / textWidth('m', FONT_SIZE))
  if (room < 3) return undefined
  const text = name.length <= room ? name : `${name.slice(0, room - 1)}\u2026`
  return element('text', { x: left + 4, y: y + ROW / 2 + 3.5, fill: INK.strong }, text)
}

function legend(y: number): Markup {
  let x = MARGIN
  return group(
    { 'font-size': FONT_SIZE, fill: INK.plain },
    SHARES.flatMap(([, colour, words]) => {
      const at = x
      x += 36 + textWidth(words, FONT_SIZE) * 0.9
      return [
        element('rect', { x: at, y: y - 10, width: 12, height: 12, fill: colour }),
        element('text', { x: at + 18, y }, words),
      ]
    }),
  )
}
