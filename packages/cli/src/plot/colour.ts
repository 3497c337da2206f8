/**
 * Colours of lines: seven that people with any common colour blindness can tell apart (Okabe and Ito, "Color Universal
 * Design", 2008), dark enough for white paper. From the eighth line on they come again, dashed.
 */
export interface Stroke {
  readonly colour: string
  /** SVG's stroke-dasharray; nothing for an unbroken line. */
  readonly dash: string | undefined
}

const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#2b2b2b'] as const
const DASHES = [undefined, '7 4', '2 3.5'] as const

/** The stroke of line `index`, counted from 0. */
export function strokeOf(index: number): Stroke {
  return {
    colour: COLOURS[index % COLOURS.length],
    dash: DASHES[Math.floor(index / COLOURS.length) % DASHES.length],
  }
}

/** Words, from the loudest to the quietest; rules and grids. */
export const INK = { strong: '#1b1f24', plain: '#3d444d', quiet: '#6a737d', rule: '#9aa3ad', grid: '#e6e9ec' } as const

/** The paper that all of these are chosen for. */
export const PAPER = '#fff'

/** The same on dark paper, each as loud as it is on white. */
const DARK: Readonly<Record<string, string>> = {
  '#0072b2': '#58a6e8',
  '#d55e00': '#ff8f45',
  '#009e73': '#2fc496',
  '#cc79a7': '#e59ac6',
  '#e69f00': '#f0b93a',
  '#56b4e9': '#a5d8f7',
  '#2b2b2b': '#d3d9e0',
  [INK.strong]: '#e6edf3',
  [INK.plain]: '#c3cad2',
  [INK.quiet]: '#949ea9',
  [INK.rule]: '#59636e',
  [INK.grid]: '#2a313a',
}

/**
 * Rules of CSS by which a picture in a page takes colours for dark paper: a rule weighs more than an attribute.
 *
 * @param scope a selector of what the picture stands in
 */
export function onDarkPaper(scope: string, paper: string): string {
  return Object.entries({ ...DARK, [PAPER]: paper })
    .flatMap(([light, dark]) => ['fill', 'stroke'].map((part) => `${scope} [${part}="${light}"] { ${part}: ${dark} }`))
    .join('\n')
}
