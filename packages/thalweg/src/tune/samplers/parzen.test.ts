/** The densities of TPE against figures worked out by hand from the paper's description. */
import { describe, expect, it } from 'vitest'
import { random } from '../../base/index.ts'
import type { Dimension } from '../dimensions.ts'
import { choice, integer, logUniform, type NumberParameter, uniform } from '../space.ts'
import { parzen } from './parzen.ts'

const of = (domain: NumberParameter): Dimension => ({ path: 'x', domain })
/** P(X <= x) of a standard normal, from a table (to 7 digits). */
const CDF = { half: 0.6914625, one: 0.8413447, two: 0.9772499, three: 0.9986501 }

describe('parzen', () => {
  it('is the prior where nothing was observed', () => {
    expect(parzen(of(uniform(2, 6)), []).logDensity(3)).toBeCloseTo(Math.log(1 / 4), 12)
    expect(parzen(of(integer(1, 5)), []).logDensity(3)).toBeCloseTo(Math.log(1 / 5), 12)
  })

  it('has a normal around each observation, as wide as the way to the farther neighbour', () => {
    // In [0, 4] with 1 and 3: each has an end at 1 and the other at 2, so both deviations are 2.
    // At 3: distances 2 and 0. Of the normal around 1 the part inside runs from -0.5 to 1.5 deviations: 0.9331928 - 0.3085375;
    // of the one around 3 it is the same, mirrored.
    const inside = 0.9331928 - (1 - CDF.half)
    const peak = 1 / Math.sqrt(2 * Math.PI)
    const expected = (1 / 4 + (peak * Math.exp(-0.5)) / (2 * inside) + peak / (2 * inside)) / 3
    expect(Math.exp(parzen(of(uniform(0, 4)), [3, 1]).logDensity(3))).toBeCloseTo(expected, 6)
  })

  it('works on logarithms where the scale is logarithmic', () => {
    const inLogs = parzen(of(logUniform(Math.exp(-2), Math.exp(2))), [Math.exp(-1), Math.exp(1)])
    const plain = parzen(of(uniform(-2, 2)), [-1, 1])
    for (const at of [-1.5, 0, 0.3, 2]) expect(inLogs.logDensity(Math.exp(at))).toBeCloseTo(plain.logDensity(at), 10)
  })

  it('gives an integer the mass of all that is rounded to it', () => {
    // 1..3 is [0.5, 3.5]; around 2 with deviation 1.5: inside from -1 to 1; the 2 itself from -1/3 to 1/3 (0.6305587).
    const density = parzen(of(integer(1, 3)), [2])
    const inside = 2 * CDF.one - 1
    expect(Math.exp(density.logDensity(2))).toBeCloseTo((1 / 3 + (2 * 0.6305587 - 1) / inside) / 2, 6)
    const total = [1, 2, 3].reduce((sum, value) => sum + Math.exp(density.logDensity(value)), 0)
    expect(total).toBeCloseTo(1, 12)
  })

  it('counts an option once for the prior and once for each time it was observed', () => {
    const { options } = choice(['a', 'b', 'c'])
    const density = parzen({ path: 'x', domain: { kind: 'options', names: [...options] } }, [1, 1, 2])
    expect([0, 1, 2].map((option) => Math.exp(density.logDensity(option)))).toEqual([
      expect.closeTo(1 / 6, 12),
      expect.closeTo(3 / 6, 12),
      expect.closeTo(2 / 6, 12),
    ])
  })

  it('integrates to one, and is what it draws from', () => {
    const dimension = of(uniform(-1, 3))
    const density = parzen(dimension, [-0.9, 0.2, 0.25, 2.4])
    const bins = 400
    const masses = Array.from({ length: bins }, (_, bin) => {
      const at = -1 + ((bin + 0.5) / bins) * 4
      return (Math.exp(density.logDensity(at)) * 4) / bins
    })
    expect(masses.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 4)
    const draws = random(3, 'parzen')
    const below = Array.from({ length: 4000 }, () => density.draw(draws)).filter((value) => value < 0.5).length / 4000
    const expected = masses.slice(0, 150).reduce((sum, mass) => sum + mass, 0)
    // Four standard errors of a share from 4000 draws.
    expect(Math.abs(below - expected)).toBeLessThan(0.032)
  })
})
