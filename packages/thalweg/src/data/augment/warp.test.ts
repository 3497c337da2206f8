import { describe, expect, it } from 'vitest'
import { type Fill, type Image, imageOf } from './image.ts'
import { move } from './move.ts'
import { warp } from './warp.ts'

/** 4 x 5 pixels of `channels` equal channels. */
function sampleImage(channels: number): Image {
  const image = imageOf([4, 5, channels])
  image.pixels = Float32Array.from({ length: 20 * channels }, (_, at) => {
    const [y, x] = [Math.floor(at / channels / 5), Math.floor(at / channels) % 5]
    return (3 * y * y + 5 * x + y * x) % 11
  })
  return image
}

const [cosine, sine] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)]

/*
 * SciPy 1.17, with m the matrix, c the centre and x the image above:
 * scipy.ndimage.affine_transform(x, m, offset=c - m @ c + [top, left], order=1, mode=mode, cval=2)
 */
const figures: readonly [Parameters<typeof warp>[1], fill: Fill, mode: string, expected: readonly number[]][] = [
  [
    { yy: cosine, yx: -sine, xy: sine, xx: cosine },
    2,
    'grid-constant',
    [
      2.309773091, 4.291910224, 6.551442841, 7.119718834, 2.423566411, 1.38156986, 7.671075349, 5.233253175, 7.09326674,
      6.489265015, 3.5251634, 5.861215932, 3.167468245, 5.692631645, 5.345671476, 2.02885683, 6.95706006, 6.393507213,
      4.563293868, 4.38156986,
    ],
  ],
  [
    { yy: 1.25, yx: 0, xy: 0, xx: 1.25 },
    'edge',
    'nearest',
    [0, 3.75, 10, 5.25, 9, 2.625, 7.03125, 4.75, 8.3125, 5.5, 1.5, 5.8125, 4.75, 2.3125, 6.625, 5, 2.75, 10, 6.25, 4],
  ],
  [
    { yy: 1, yx: 0, xy: 0.4, xx: 1, top: 0.25, left: -0.5 },
    'reflect',
    'mirror',
    [
      6.25, 1.275, 5.475, 8.25, 5.8, 6.875, 4.375, 7.325, 5.05, 6.9, 3.35, 5.15, 5.8, 2.875, 4.9, 3.95, 4, 8.175, 5.2,
      4.8,
    ],
  ],
]

describe('warp', () => {
  it.each(figures)('%o with fill %s is what SciPy gives for mode %s', (map, fill, _, expected) => {
    for (const channels of [1, 2]) {
      const image = sampleImage(channels)
      warp(image, map, fill)
      image.pixels.forEach((value, at) => {
        expect(value).toBeCloseTo(expected[Math.floor(at / channels)], 5)
      })
    }
  })

  it('turns a square by a quarter exactly, clockwise', () => {
    const image = imageOf([2, 2])
    image.pixels = Float32Array.of(1, 2, 3, 4)
    warp(image, { yy: 0, yx: -1, xy: 1, xx: 0 }, 0)
    expect([...image.pixels]).toEqual([3, 1, 4, 2])
  })
})

describe('move', () => {
  // numpy.pad(numpy.arange(6).reshape(2, 3), 2, mode)[2:4, 0:3] for a move of 2 to the right, and so on.
  it.each<[number, number, Fill, number[]]>([
    [0, 2, 9, [9, 9, 0, 9, 9, 3]],
    [0, 2, 'edge', [0, 0, 0, 3, 3, 3]],
    [0, 2, 'reflect', [2, 1, 0, 5, 4, 3]],
    [-1, 0, 9, [3, 4, 5, 9, 9, 9]],
    [-1, -1, 'reflect', [4, 5, 4, 1, 2, 1]],
    [1, 0, 'edge', [0, 1, 2, 0, 1, 2]],
    [5, 7, 'reflect', [4, 5, 4, 1, 2, 1]],
  ])('by (%d, %d) with fill %s', (down, right, fill, expected) => {
    const image = imageOf([2, 3])
    image.pixels = Float32Array.from({ length: 6 }, (_, at) => at)
    move(image, down, right, fill)
    expect([...image.pixels]).toEqual(expected)
  })

  it('has only one pixel to mirror where there is one', () => {
    const image = imageOf([1, 2, 1])
    image.pixels = Float32Array.of(1, 2)
    move(image, 3, 0, 'reflect')
    expect([...image.pixels]).toEqual([1, 2])
  })
})
