import { DOMParser, onErrorStopParsing } from '@xmldom/xmldom'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { element, pathData, svgDocument } from './svg.ts'

it('keeps any words and attributes through a strict parser', () => {
  const parser = new DOMParser({ onError: onErrorStopParsing })
  const words = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'<>&"\'\u0000\n]]>') }))
  fc.assert(
    fc.property(words, words, (text, name) => {
      const content = [element('text', { id: `mark ${name}` }, text)]
      const svg = svgDocument({ width: 10, height: 20, title: name, description: text, content })
      const root = parser.parseFromString(svg, 'image/svg+xml').documentElement
      const [shown] = root?.getElementsByTagName('text') ?? []
      expect(shown?.textContent).toBe(legible(text))
      expect(shown?.getAttribute('id')).toBe(`mark ${legible(name).replaceAll(/[\t\n]/g, ' ')}`)
    }),
    { numRuns: 50 },
  )
})

/** What XML can carry: no control characters, no halves of pairs; line ends as line feeds. */
function legible(text: string): string {
  const allowed = (code: number): boolean =>
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 32 && (code < 0xd800 || code > 0xdfff) && (code & ~1) !== 0xfffe)
  const kept = [...text].map((sign) => (allowed(sign.codePointAt(0) ?? 0) || sign.length === 2 ? sign : '\ufffd'))
  return kept.join('').replaceAll(/\r\n?/g, '\n')
}

it('writes numbers short and leaves out what is undefined', () => {
  expect(element('line', { x1: 0.1 + 0.2, x2: -0.001, stroke: undefined }).markup).toBe('<line x1="0.3" x2="0"/>')
})

it('writes paths as small steps that do not drift', () => {
  expect(
    pathData([
      [10, 20.04],
      [10.55, 20],
      [10.55, 20.01],
      [9, 19.5],
    ]),
  ).toBe('M10 20l.6 0-1.6-.5')
  expect(pathData([[1, 2]], true)).toBe('M1 2l0 0z')
  const places = fc.array(
    fc.tuple(fc.double({ min: -900, max: 900, noNaN: true }), fc.double({ min: -9, max: 9, noNaN: true })),
    {
      minLength: 1,
    },
  )
  fc.assert(
    fc.property(places, (path) => {
      const numbers = (pathData(path).match(/-?(\d+\.?\d*|\.\d+)/g) ?? []).map(Number)
      const sum = (axis: number) => numbers.filter((_, index) => index % 2 === axis).reduce((a, b) => a + b)
      expect(numbers.length % 2).toBe(0)
      for (const axis of [0, 1]) expect(Math.abs(sum(axis) - path[path.length - 1][axis])).toBeLessThan(0.0501)
    }),
    { numRuns: 50 },
  )
})
