/**
 * SVG as text: elements whose attributes and words are escaped, so that no name of a column or a run can break a picture.
 * It knows nothing of charts.
 */

import { PAPER } from './colour.ts'

/** Finished markup. A plain string is never taken for it: strings are words, and words are escaped. */
export interface Markup {
  readonly markup: string
}

/** Attributes that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>
export type Child = Markup | string | undefined

export function element(name: string, attributes: Attributes, ...children: readonly Child[]): Markup {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? shortNumber(value) : escapeXml(String(value))}"`)
  const open = `<${name}${written.join('')}`
  const inside = children.map((child) => (typeof child === 'object' ? child.markup : escapeXml(child ?? ''))).join('')
  return { markup: inside === '' ? `${open}/>` : `${open}>${inside}</${name}>` }
}

export function group(attributes: Attributes, children: readonly Child[]): Markup {
  return element('g', attributes, ...children.flatMap((child) => (child === undefined ? [] : ['\n', child])), '\n')
}

/** Rules of CSS; the text is ours and is not escaped, so it may hold neither `<` nor `&`. */
export function styleSheet(css: string): Markup {
  return { markup: `<style>${css}</style>` }
}

export interface Picture {
  readonly width: number
  readonly height: number
  /** What the picture is, for those who hear it read out; the tooltip in a browser. */
  readonly title: string
  /** What can be seen in it. */
  readonly description: string
  readonly content: readonly Child[]
  /** Sets it apart from other pictures in one page. */
  readonly id?: string | undefined
}

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'DejaVu Sans', sans-serif"

/** A whole file, on white paper: the colours of lines are chosen for it. */
export function svgDocument({ width, height, title, description, content, id }: Picture): string {
  const [titleId, descriptionId] = ['title', 'description'].map((name) => (id === undefined ? name : `${id}-${name}`))
  const root = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${shortNumber(width)} ${shortNumber(height)}`,
      role: 'img',
      'aria-labelledby': `${titleId} ${descriptionId}`,
      'font-family': FONT,
      'font-size': 12,
    },
    '\n',
    element('title', { id: titleId }, title),
    '\n',
    element('desc', { id: descriptionId }, description),
    '\n',
    element('rect', { width: '100%', height: '100%', fill: PAPER }),
    ...content.flatMap((child) => ['\n', child]),
    '\n',
  )
  return `${root.markup}\n`
}

/** Hundredths of a pixel are enough. */
export function shortNumber(value: number): string {
  const rounded = Math.round(value * 100) / 100
  return String(rounded === 0 ? 0 : rounded)
}

/**
 * The `d` of a path through places, in tenths of a pixel, each written as its distance from the one before: a third of
 * the length. Places that fall on the one before are left out.
 */
export function pathData(places: readonly (readonly [x: number, y: number])[], isClosed = false): string {
  let data = ''
  let last: [x: number, y: number] | undefined
  for (const place of places) {
    const [x, y] = place.map((value) => Math.round(value * 10))
    if (last === undefined) data = `M${x / 10} ${y / 10}l`
    else if (x !== last[0] || y !== last[1]) {
      const [across, down] = [(x - last[0]) / 10, (y - last[1]) / 10]
      data += `${data.endsWith('l') || across < 0 ? '' : ' '}${across}${down < 0 ? '' : ' '}${down}`
    }
    last = [x, y]
  }
  // A path that never moves still shows a dot where its ends are round.
  return `${data.endsWith('l') ? `${data}0 0` : data}${isClosed ? 'z' : ''}`.replaceAll(/(?<![\d.])0\./g, '.')
}

/** How wide words come out, in pixels, if anything a little more: nothing here can measure fonts. */
export function textWidth(text: string, fontSize: number): number {
  return text.length * fontSize * 0.6
}

/** All but the characters that XML 1.0 allows (section 2.2); escaping would not make the others legal. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

export function escapeXml(text: string): string {
  return text
    .replaceAll(FORBIDDEN, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
