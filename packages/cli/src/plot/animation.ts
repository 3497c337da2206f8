/**
 * Motion in CSS, which browsers play inside of images too and which people can switch off. A loop begins with the
 * finished picture, so that whatever shows the first frame alone shows all of it; then everybody starts anew.
 */
import type { Place } from './marks.ts'
import { shortNumber } from './svg.ts'

export interface Animation {
  readonly css: string
  /** Class of what is drawn along the path. */
  readonly trail: string
  /** Class of the dot at its end. */
  readonly head: string
  /** Of the trail: a dash as long as the path, which the animation pushes out of sight. */
  readonly attributes: Readonly<Record<string, string | number>>
}

/** Seconds of a loop, and the share of it at which the race begins and ends. */
const SECONDS = 10
const BEGIN = 0.14
const END = 0.86

/** Frames of all paths together: more would make a large file. */
const FRAMES = 1200

/** `path` in pixels, one place for each step; of `total` paths in the picture. Steps pass at an even pace. */
export function animate(path: readonly Place[], name: string, total: number): Animation {
  const lengths = [0]
  for (let i = 1; i < path.length; i++) {
    lengths.push(lengths[i - 1] + Math.hypot(path[i][0] - path[i - 1][0], path[i][1] - path[i - 1][1]))
  }
  const length = Math.ceil(lengths[lengths.length - 1] + 1)
  const frames = Math.min(path.length, Math.max(24, Math.min(120, Math.floor(FRAMES / total))))
  const last = path.length - 1
  const moments: Moment[] = [
    { share: 0, index: last },
    // Two moments next to each other: everybody jumps back to the start.
    { share: BEGIN - 0.0001, index: last },
  ]
  for (let frame = 0; frame < frames; frame++) {
    const progress = frames === 1 ? 1 : frame / (frames - 1)
    moments.push({ share: BEGIN + (END - BEGIN) * progress, index: Math.round(progress * last) })
  }
  moments.push({ share: 1, index: last })
  const head = moments.map(({ share, index }) => {
    const [x, y] = path[index]
    return { share, css: `transform:translate(${shortNumber(x)}px,${shortNumber(y)}px)` }
  })
  const trail = moments.map(({ share, index }) => {
    return { share, css: `stroke-dashoffset:${shortNumber(length - lengths[index])}px` }
  })
  const timing = `${SECONDS}s linear infinite`
  return {
    css: [
      `@keyframes ${name}h{${keyframes(head)}}`,
      `@keyframes ${name}t{${keyframes(trail)}}`,
      `.${name}h{animation:${name}h ${timing}}`,
      `.${name}t{animation:${name}t ${timing}}`,
    ].join('\n'),
    trail: `${name}t`,
    head: `${name}h`,
    attributes: { 'stroke-dasharray': length, 'stroke-dashoffset': 0 },
  }
}

interface Moment {
  readonly share: number
  readonly index: number
}

/** Where something stands still, its first and its last moment are enough. */
function keyframes(moments: readonly { readonly share: number; readonly css: string }[]): string {
  return moments
    .filter(({ css }, index) => css !== moments[index - 1]?.css || css !== moments[index + 1]?.css)
    .map(({ share, css }) => `${shortNumber(share * 100)}%{${css}}`)
    .join('')
}
