/** `thalweg surfaces`: tables, data and pictures of optimizers that race. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom'
import { surfaces } from 'thalweg/optim'
import { describe, expect, it } from 'vitest'
import { emptyFolder, thalweg } from './command.ts'

function parse(file: string): { readonly root: Element; readonly words: readonly string[]; readonly text: string } {
  const text = readFileSync(file, 'utf8')
  const root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, 'image/svg+xml').documentElement
  if (root === null) throw new Error('no root')
  return { root, text, words: [...root.getElementsByTagName('text')].map(({ textContent }) => textContent ?? '') }
}

const count = (root: Element, name: string): number => root.getElementsByTagName(name).length

describe('thalweg surfaces', () => {
  it('lists what there is', async () => {
    const { code, stdout } = await thalweg('surfaces')
    expect(code).toBe(0)
    for (const { name, formula } of surfaces)
      expect(stdout).toMatch(new RegExp(`${name} .*${formula.slice(-8)}`.replaceAll(/[()^+]/g, '.')))
  })

  it('says that what is to be drawn or written needs a surface', async () => {
    const file = join(emptyFolder(), 'nothing.svg')
    const { code, stdout, stderr } = await thalweg('surfaces', '--svg', file)
    expect([code, stdout, existsSync(file)]).toEqual([2, '', false])
    expect(stderr).toMatch(/--svg needs a surface\n.*\ntry: thalweg surfaces beale --svg /)
  })

  it('ranks those who race in a table', async () => {
    const { code, stdout } = await thalweg('surfaces', 'long-valley', '--optimizers', 'sgd,momentum', '--steps', '120')
    expect(code).toBe(0)
    const [title, run, head, first, second] = stdout.split('\n')
    expect(title).toMatch(/A long valley .*x\^2/)
    expect(run).toBe('120 steps from (-9, 1.2)')
    expect(head.trim().split(/\s{2,}/)).toEqual(['optimizer', 'rate', 'final value', 'to minimum', 'steps to it'])
    expect(first).toMatch(/^ {2}momentum +0\.05 .* \d+$/)
    expect(second).toMatch(/^ {2}sgd +0\.18 .* -$/)
  })

  it('tells of one that diverged', async () => {
    const { stdout } = await thalweg('surfaces', 'long-valley', '--optimizers', 'sgd', '--learning-rate', '1')
    expect(stdout).toMatch(/sgd +1 .* diverged at step 3/)
  })

  it('gives every path as events, and as CSV', async () => {
    const csv = join(emptyFolder(), 'paths.csv')
    const line = ['surfaces', 'saddle', '--optimizers', 'sgd,adam', '--starts', '1,0.5;0,0.25', '--steps', '3']
    const { code, events } = await thalweg(...line, '--json', '--out', csv)
    expect([code, events.map(({ type }) => type)]).toEqual([0, [...Array(4).fill('trajectory'), 'end']])
    expect(events[1]).toMatchObject({ surface: 'saddle', optimizer: 'sgd', start: [0, 0.25], outcome: 'underway' })
    const path = events[1].path as number[][]
    // sgd at 0.05 on x^2 - y^2: y grows by a tenth each step.
    expect(path.map(([x]) => x)).toEqual([0, 0, 0, 0])
    for (const [step, [, y, height]] of path.entries()) {
      expect(y).toBeCloseTo(0.25 * 1.1 ** step, 6)
      expect(height).toBeCloseTo(-(y ** 2), 6)
    }
    const rows = readFileSync(csv, 'utf8').trim().split('\n')
    expect([rows[0], rows.length]).toEqual(['optimizer,start,step,x,y,height', 1 + 2 * 2 * 4])
    expect(rows[5]).toBe(['sgd', 1, 0, ...path[0]].join(','))
  })

  it('draws the race: contours, a path and a name for each, what became of it', async () => {
    const svg = join(emptyFolder(), 'beale.svg')
    const { code, stdout } = await thalweg('surfaces', 'beale', '--optimizers', 'sgd,adam', '--svg', svg)
    expect([code, stdout]).toEqual([0, expect.stringContaining(`wrote ${svg}`)])
    const { root, words, text } = parse(svg)
    expect(root.getElementsByTagName('title')[0].textContent).toBe("Beale's function")
    expect(root.getElementsByTagName('desc')[0].textContent).toMatch(/adam: there after \d+ steps; sgd: 0\.1\d+ away/)
    expect(words).toEqual(expect.arrayContaining(["Beale's function", 'adam', 'sgd', 'x', 'y']))
    expect(words.indexOf('adam')).toBeLessThan(words.indexOf('sgd'))
    expect(count(root, 'path')).toBeGreaterThan(12)
    expect(count(root, 'polygon')).toBe(1)
    expect(text).not.toMatch(/NaN|Infinity|undefined|@keyframes/)
    expect(text.length).toBeLessThan(80_000)
  })

  it('lets it move, from a finished picture to a finished picture, and not for those who want none', async () => {
    const svg = join(emptyFolder(), 'saddle.svg')
    const { code } = await thalweg('surfaces', 'saddle', '--optimizers', 'sgd,momentum', '--svg', svg, '--animate')
    expect(code).toBe(0)
    const { root, text } = parse(svg)
    const css = root.getElementsByTagName('style')[0].textContent ?? ''
    const frames = [...css.matchAll(/@keyframes r\ds0h\{(.*)\}$/gm)].map(([, moments]) => moments)
    expect(frames).toHaveLength(2)
    for (const moments of frames) {
      const [first, last] = [/^0%(\{.*?\})/.exec(moments)?.[1], /100%(\{.*?\})$/.exec(moments)?.[1]]
      expect(first).toBe(last)
      expect(first).toMatch(/^\{transform:translate\(-?[\d.]+px,-?[\d.]+px\)\}$/)
    }
    expect(css).toMatch(/^\s*@media \(prefers-reduced-motion: no-preference\) \{[\s\S]*\}\s*$/)
    expect(text).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('draws many starts, also where they leave the numbers', async () => {
    const svg = join(emptyFolder(), 'grid.svg')
    const { code, stdout } = await thalweg(
      ...[
        'surfaces',
        'himmelblau',
        '--starts',
        'grid:3',
        '--optimizers',
        'sgd',
        '--learning-rate',
        '0.05',
        '--svg',
        svg,
      ],
    )
    expect([code, stdout]).toEqual([0, expect.stringMatching(/\d of 9, \d diverged/)])
    expect(parse(svg).words).toEqual(expect.arrayContaining([expect.stringMatching(/\d of 9 there, \d diverged/)]))
  })

  it("takes a surface of one's own from a file", async () => {
    const folder = emptyFolder()
    const file = join(folder, 'bowl.ts')
    writeFileSync(
      file,
      `import { defineSurface } from 'thalweg/optim'
       import { add, square, type Tensor } from 'thalweg/tensor'
       export default defineSurface({
         name: 'bowl', title: 'A <bowl> & more', minima: [[0, 0]], domain: { x: [-1, 1], y: [-1, 1] },
         height: (x: Tensor, y: Tensor) => add(square(x), square(y)),
       })`,
    )
    const svg = join(folder, 'bowl.svg')
    const { code, stdout } = await thalweg(
      'surfaces',
      file,
      '--optimizers',
      'sgd',
      '--learning-rate',
      '0.1',
      '--svg',
      svg,
    )
    expect([code, stdout]).toEqual([0, expect.stringMatching(/sgd +0\.1 .* \d+\n/)])
    expect(parse(svg).words).toContain('A <bowl> & more')
    writeFileSync(file, 'export default { height: 1 }')
    expect((await thalweg('surfaces', file)).stderr).toMatch(
      /must export a surface by default\nreceived: height\ntry: export/,
    )
    writeFileSync(file, 'export default nothing()')
    expect((await thalweg('surfaces', file)).stderr).toMatch(
      /the surface file must run\nreceived: ReferenceError: nothing/,
    )
  })

  it.each([
    [['beal'], /received: 'beal'\ntry: did you mean "beale"\?/],
    [['beale', '--optimizers', 'adm'], /received: adm\ntry: did you mean "adam"/],
    [['beale', '--starts', 'grid:99'], /received: grid:99\ntry: --starts 1,1, or --starts grid:5/],
    [['beale', '--starts', '1,2,3'], /received: 1,2,3/],
    [
      ['beale', '--animate'],
      /received: --animate without --svg\ntry: thalweg surfaces beale --svg beale.svg --animate/,
    ],
    [['beale', '--steps', '0'], /--steps must be an integer of at least 1/],
    [['missing.ts'], /read missing.ts: the file must exist/],
    [['saddle', '--tolerance', '0.1'], /received: --tolerance 0.1, for saddle without one/],
    [['beale', '--optimizers', 'sgd,adam,sgd'], /received: sgd twice/],
  ])('refuses %j as wrong usage', async (line, message) => {
    const { code, stderr } = await thalweg('surfaces', ...line)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })
})
