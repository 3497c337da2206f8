import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom'
import { describe, expect, it } from 'vitest'
import { blocks } from './blocks.ts'
import { histogramRowsSvg } from './histogram.ts'

describe('histograms below each other', () => {
  const svg = histogramRowsSvg({
    title: 'a < b',
    columns: [{ title: 'values', label: 'of x', noteTitle: 'deviation' }],
    rows: [
      { name: 'first', cells: [{ edges: [-1, 0, 1], counts: [2, 4], note: '0.5' }] },
      { name: 'second', cells: [{ edges: [-0.5, 0, 0.5], counts: [0, 0] }] },
    ],
  })
  const parser = new DOMParser({ onError: onErrorStopParsing })
  const root = parser.parseFromString(svg, 'image/svg+xml').documentElement

  it('are one outline each, as high as their row, on one axis', () => {
    const paths = [...(root?.getElementsByTagName('path') ?? [])].map((path) => path.getAttribute('d') ?? '')
    // Nothing is drawn of nothing.
    expect(paths).toHaveLength(1)
    const [, left, base, half, middle, top, right] =
      paths[0].match(/^M([\d.]+),([\d.]+)V([\d.]+)H([\d.]+)V([\d.]+)H([\d.]+)V[\d.]+Z$/)?.map(Number) ?? []
    expect(middle - left).toBeCloseTo(right - middle, 1)
    expect(base - half).toBeCloseTo((base - top) / 2, 1)
  })

  it('say in words what they show', () => {
    expect(root?.getElementsByTagName('desc')[0]?.textContent).toBe('a < b. first: values 0.5; second: .')
  })
})

describe('blocks', () => {
  it('add bins up, show the fullest at full height and the least at all', () => {
    expect(blocks([1, 0, 0, 0, 400, 400, 400, 0], 4)).toBe('▁ █▄')
    expect(blocks([0, 0], 2)).toBe('  ')
  })
})
