import { describe, expect, it } from 'vitest'
import { bytes, countdown, duration, figure, loss, percent } from './format.ts'
import { liveLine } from './live.ts'
import { styleFor } from './style.ts'

function terminal(columns: number): { stream: { columns: number; write(text: string): void }; written: string[] } {
  const written: string[] = []
  return { stream: { columns, write: (text) => written.push(text) }, written }
}

describe('a live line', () => {
  it('changes in place, in one write, and only when it changes', () => {
    const { stream, written } = terminal(80)
    const line = liveLine(stream)
    for (const text of ['one', 'one', 'two']) line.show(text)
    expect(written).toEqual(['\rone\u001b[K', '\rtwo\u001b[K'])
  })

  it('lets lasting words pass above it, and goes without a trace', () => {
    const { stream, written } = terminal(80)
    const line = liveLine(stream)
    line.print('first')
    line.show('live')
    line.print('second')
    line.clear()
    line.print('third')
    expect(written).toEqual(['first\n', '\rlive\u001b[K', '\r\u001b[2Ksecond\nlive', '\r\u001b[2K', 'third\n'])
  })

  it('is cut to the terminal, colours not counted and all of them closed', () => {
    const { stream, written } = terminal(11)
    liveLine(stream).show('ab\u001b[36mcdefgh\u001b[39mijklmnop\u001b[2mq\u001b[22m')
    expect(written).toEqual(['\rab\u001b[36mcdefgh\u001b[39mij\u001b[2m\u001b[22m\u001b[K'])
  })
})

describe('style', () => {
  it('has colours only where a person looks on and did not refuse them', () => {
    expect(styleFor({ isTTY: true }, {}).bold('x')).toBe('\u001b[1mx\u001b[22m')
    for (const plain of [
      styleFor({}, {}),
      styleFor({ isTTY: true }, { NO_COLOR: '1' }),
      styleFor({ isTTY: true }, { TERM: 'dumb' }),
    ]) {
      expect(plain.bold('x')).toBe('x')
    }
  })
})

describe('numbers', () => {
  it.each([
    [loss(0.043123), '0.0431'],
    [loss(1.28449), '1.284'],
    [loss(312.49), '312.5'],
    [loss(1.2e9), '1.2e+9'],
    [loss(2e-7), '2.0e-7'],
    [loss(0), '0.0000'],
    [loss(Number.NaN), 'NaN'],
    [percent(0.98314), '98.31%'],
    [figure(0.003), '0.003'],
    [figure(1.234e-5), '1.2e-5'],
    [duration(0.43), '0.4 s'],
    [duration(59.97), '1 m 00 s'],
    [duration(185), '3 m 05 s'],
    [duration(8040), '2 h 14 m'],
    [countdown(7.2), '0:07'],
    [countdown(8049), '2:14:09'],
    [bytes(29_515), '30 kB'],
    [bytes(26_421_880), '26.4 MB'],
  ])('%s', (printed, expected) => {
    expect(printed).toBe(expected)
  })
})
