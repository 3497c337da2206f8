/** Colours and widths of a terminal; plain text where there is none. */

export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly good: (text: string) => string
  readonly accent: (text: string) => string
  readonly bad: (text: string) => string
}

type Paint = (text: string) => string

const plain: Paint = (text) => text

function paint(open: number, close: number): Paint {
  return (text) => `\u001b[${open}m${text}\u001b[${close}m`
}

const PLAIN: Style = { bold: plain, dim: plain, good: plain, accent: plain, bad: plain }
const COLOURED: Style = {
  bold: paint(1, 22),
  dim: paint(2, 22),
  good: paint(32, 39),
  accent: paint(36, 39),
  bad: paint(31, 39),
}

/** Colour only where a person looks on, and not where NO_COLOR (no-color.org) or a dumb terminal says otherwise. */
export function styleFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): Style {
  const wanted = stream.isTTY === true && env.TERM !== 'dumb' && !env.NO_COLOR
  return wanted ? COLOURED : PLAIN
}

/** Columns of the terminal; 80 where there is none. */
export function widthOf(stream: { readonly columns?: number }): number {
  return stream.columns && stream.columns > 0 ? stream.columns : 80
}
