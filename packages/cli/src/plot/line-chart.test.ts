import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spread } from './labels.ts'
import { type LineChart, lineChartSvg } from './line-chart.ts'
import { createAxis, tickText } from './scale.ts'

const losses: LineChart = {
  title: 'Loss of <wine & "cheese">',
  x: { label: 'epoch' },
  y: { label: 'loss', kind: 'log' },
  series: [
    {
      name: 'training',
      points: [
        [1, 10],
        [2, 1],
        [3, 0.1],
      ],
    },
    {
      name: 'validation',
      points: [
        [1, 10],
        [2, Number.NaN],
        [3, 1],
      ],
    },
  ],
  marks: [{ kind: 'dot', at: [3, 1], label: 'best', colour: 1 }],
}

function parse(svg: string): Element {
  const root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(svg, 'image/svg+xml').documentElement
  if (root === null) throw new Error('no root')
  return root
}

const all = (root: Element, name: string): Element[] => [...root.getElementsByTagName(name)]
const words = (root: Element): string[] => all(root, 'text').map(({ textContent }) => textContent ?? '')

describe('a line chart', () => {
  it('is well-formed, says what it is, and names its lines where they end', () => {
    const root = parse(lineChartSvg(losses))
    expect(all(root, 'title')[0].textContent).toBe(losses.title)
    expect(all(root, 'desc')[0].textContent).toContain(
      'loss over epoch. training ends at 0.1; validation ends at 1; best',
    )
    expect(words(root)).toEqual(
      expect.arrayContaining([losses.title, 'epoch', 'loss', 'training', 'validation', 'best']),
    )
    expect(lineChartSvg(losses)).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('puts a logarithm where it belongs and breaks a line at what is no number', () => {
    const [training, validation] = all(parse(lineChartSvg(losses)), 'path').map((path) => {
      const steps = (path.getAttribute('d') ?? '').matchAll(/([ML])([\d.]+),([\d.]+)/g)
      return [...steps].map(([, verb, x, y]) => ({ verb, x: Number(x), y: Number(y) }))
    })
    expect(training.map(({ verb }) => verb)).toEqual(['M', 'L', 'L'])
    expect(training[1].y).toBeCloseTo((training[0].y + training[2].y) / 2, 1)
    expect(training[1].x).toBeCloseTo((training[0].x + training[2].x) / 2, 1)
    expect(validation[0]).toEqual(training[0])
    expect(validation.map(({ verb }) => verb)).toEqual(['M', 'M'])
  })

  it('shows a line with a single place as a dot, whatever its dashes, and has its own names in a page', () => {
    const lone = { name: 'one epoch', points: [[1, 0.5]] as const, colour: 8 }
    const root = parse(lineChartSvg({ ...losses, series: [lone], marks: [] }, { id: 'curves' }))
    const [path] = all(root, 'path')
    expect(path.getAttribute('d')).toMatch(/^M/)
    expect(Number(path.getAttribute('stroke-width'))).toBeGreaterThan(4)
    expect([path.getAttribute('stroke-linecap'), path.getAttribute('stroke-dasharray')]).toEqual(['round', null])
    expect(root.getAttribute('aria-labelledby')).toBe('curves-title curves-description')
    expect(all(root, 'title')[0].getAttribute('id')).toBe('curves-title')
  })

  it('can be drawn of nothing', () => {
    const empty = { ...losses, series: [{ name: 'none', points: [] }], marks: [] }
    expect(() => parse(lineChartSvg([empty, { ...empty, y: { label: 'loss' } }]))).not.toThrow()
  })
})

describe('an axis', () => {
  it('has ticks inside of it, as they are written', () => {
    const decades = createAxis({ label: 'rate', kind: 'log', domain: [1e-5, 0.1] }, [], [0, 400], 6)
    expect(decades.ticks.map(({ text }) => text)).toEqual(['10⁻⁵', '10⁻⁴', '0.001', '0.01', '0.1'])
    expect(decades.ticks.map(({ at }) => Math.round(at))).toEqual([0, 100, 200, 300, 400])
    const few = createAxis({ label: 'loss', kind: 'log' }, [0.4, -1, 3], [0, 400], 6)
    expect(few.ticks.map(({ text }) => text)).toEqual(['0.5', '1', '2'])
  })

  it.each([
    [0, '0'],
    [12000, '12,000'],
    [0.30000000000000004, '0.3'],
    [-2.5e-7, '-2.5·10⁻⁷'],
    [1e12, '10¹²'],
  ])('writes %d as %s', (value, text) => expect(tickText(value)).toBe(text))
})

it('labels keep their order and their distance', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { maxLength: 15 }), (wanted) => {
      const placed = spread(wanted, 15, [0, 300])
      for (const [i, a] of wanted.entries())
        for (const [j, b] of wanted.entries()) {
          if (i === j) continue
          expect(Math.abs(placed[i] - placed[j])).toBeGreaterThan(15 - 1e-9)
          if (a < b) expect(placed[i]).toBeLessThan(placed[j])
        }
      for (const height of placed) expect(height).toBeLessThanOrEqual(300)
    }),
  )
})
