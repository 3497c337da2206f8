import { describe, expect, it } from 'vitest'
import { random } from '../../base/index.ts'
import { caffeFiller } from './caffe.ts'
import type { Initializer } from './initializer.ts'
import { createInitializer, initializerNames } from './registry.ts'
import { he, lecun, xavier } from './scaled.ts'

const draw = (initializer: Initializer) => initializer([2, 2, 3, 4], { in: 12, out: 16 }, random(1))

describe('createInitializer', () => {
  it('makes every one that it names', () => {
    for (const name of initializerNames) expect(draw(createInitializer(name))).toHaveLength(48)
  })

  it('gives what the function gives, under other names and spellings too', () => {
    expect(draw(createInitializer('xavier', { distribution: 'normal' }))).toEqual(
      draw(xavier({ distribution: 'normal' })),
    )
    for (const name of ['he', 'msra', 'Kaiming']) expect(draw(createInitializer(name))).toEqual(draw(he()))
    // Keras's normal is cut off at two deviations, PyTorch's is not.
    for (const [name, own] of [
      ['glorot_uniform', xavier()],
      ['glorot_normal', xavier({ distribution: 'truncated' })],
      ['he_uniform', he({ distribution: 'uniform' })],
      ['he_normal', he({ distribution: 'truncated' })],
      ['lecun_uniform', lecun({ distribution: 'uniform' })],
      ['lecunNormal', lecun({ distribution: 'truncated' })],
      ['xavier_uniform_', xavier()],
      ['xavier_normal_', xavier({ distribution: 'normal' })],
      ['kaiming_uniform_', he({ distribution: 'uniform' })],
      ['kaiming_normal', he()],
    ] as const) {
      expect([name, draw(createInitializer(name))]).toEqual([name, draw(own)])
    }
    expect(draw(createInitializer('he_normal', { fan: 'out' }))).toEqual(
      draw(he({ distribution: 'truncated', fan: 'out' })),
    )
    expect(createInitializer('truncated-normal').description).toBe(createInitializer('truncatedNormal').description)
    expect(draw(createInitializer('caffe:xavier', { variance_norm: 'FAN_OUT' }))).toEqual(
      draw(caffeFiller({ type: 'xavier', variance_norm: 'FAN_OUT' })),
    )
  })

  it.each([
    ['xavir', {}, 'nn/unknown-initializer', /received: 'xavir'\ntry: did you mean "xavier"/],
    ['toString', {}, 'nn/unknown-initializer', /the name must be one of those that exist/],
    ['he', { fans: 'in' }, 'nn/unknown-option', /he: the option must be one of those that it has\nreceived: fans/],
    ['he_normal', { distribution: 'uniform' }, 'nn/unknown-option', /received: distribution\ntry: /],
    ['unitRandom', { scale: 1 }, 'nn/unknown-option', /leave it out; there are no options/],
    ['smallRandom', { scale: '1' }, 'nn/bad-option', /smallRandom: scale must be a number/],
    ['uniform', { low: 1 }, 'nn/bad-option', /uniform: low must be below high/],
    ['caffe:zavier', {}, 'nn/unknown-initializer', /did you mean "xavier"/],
  ])('refuses %s with %j', (name, options, code, message) => {
    expect(() => createInitializer(name, options)).toThrow(message)
    expect(() => createInitializer(name, options)).toThrow(expect.objectContaining({ code }))
  })
})
