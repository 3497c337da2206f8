/**
 * Winograd's minimal filtering F(2x2, 3x3): four results of a 3x3 convolution from a tile of 4x4 sources with 16
 * multiplications for each pair of channels instead of 36 (Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural
 * Networks", equation 8, with the signs of the last point turned):
 *
 *     Y = A^T [ (G g G^T) * (B^T d B) ] A        * is element by element
 *
 * and the channels are summed up before A is applied, so that 16 matrix products do the work. The three linear maps cost a
 * few additions for each value, which many channels pay back. The gradient of the kernel is F(3x3, 2x2): nine results from the
 * same tile of sources and 2x2 upstream gradients, again with 16 products; there tiles are summed up.
 *
 * Price: sums of sources and of weights are rounded before they are multiplied, and results are differences of larger
 * numbers. Against the direct sum, which adds up nine times as many products in a row, the error is 0.8 times as large for 16
 * channels and 1.7 times for 256 (root mean square; winograd-convolution.test.ts holds it to 2). `strict` numerics never
 * come here.
 */
import type { Code, FunctionReference, Int, Local } from '../code.ts'
import type { SharedFunctions } from '../kernel.ts'
import { ELEMENT } from './tile.ts'

/** Sources along an edge of a tile, results along it, and the products of a tile. */
export const TILE_SOURCES = 4
export const TILE_RESULTS = 2
export const TILE_PRODUCTS = 16

const VECTOR = 16
/** Channels that are transformed at once: two vectors side by side, which may become one (wide.ts). */
const PAIR = 8

/** B^T and A^T: rows of coefficients. */
const SOURCE_MAP = [
  [1, 0, -1, 0],
  [0, 1, 1, 0],
  [0, -1, 1, 0],
  [0, -1, 0, 1],
]
const RESULT_MAP = [
  [1, 1, 1, 0],
  [0, 1, -1, 1],
]
/** The same for gradients of kernels. G lacks its factor 1/2 in the middle rows, which `SUM_SCALES` makes good. */
const UPSTREAM_MAP = [
  [1, 0],
  [1, 1],
  [1, -1],
  [0, 1],
]
const TAP_MAP = [
  [1, 1, 1, 0],
  [0, 1, -1, 0],
  [0, 1, 1, 1],
]
const SUM_SCALES = [1, 0.5, 0.5, 1]

/** Pushes the sum of coefficient k times what `push(k)` pushes; coefficients are 0, 1 and -1, at least one of them 1. */
function combination(code: Code, coefficients: readonly number[], push: (k: number) => void): void {
  const first = coefficients.indexOf(1)
  push(first)
  coefficients.forEach((coefficient, k) => {
    if (coefficient === 0 || k === first) return
    push(k)
    code.op(coefficient > 0 ? 'f32x4.add' : 'f32x4.sub')
  })
}

/** A square of vectors that a map is applied to along both axes, and where what comes of it is stored. */
interface Square {
  readonly map: readonly (readonly number[])[]
  /** Pushes the vector at row y, column x; `v` counts vectors side by side. */
  readonly push: (y: number, x: number, v: number) => void
  readonly to: Local
  /** Bytes from `to`; vectors side by side follow. */
  readonly targetOf: (i: number, j: number) => number
}

/** Writes the map of several squares side by side; `columns` has registers for each. */
function mapSquares(code: Code, columns: readonly (readonly Local[])[], { map, push, to, targetOf }: Square): void {
  map.forEach((alongY, i) => {
    for (let x = 0; x < alongY.length; x++)
      columns.forEach((own, v) => {
        combination(code, alongY, (y) => push(y, x, v))
        code.set(own[x])
      })
    map.forEach((alongX, j) => {
      columns.forEach((own, v) => {
        code.get(to)
        combination(code, alongX, (x) => code.get(own[x]))
        code.store('v128.store', targetOf(i, j) + v * VECTOR)
      })
    })
  })
}

/** Registers for as many squares side by side as divide so many floats. */
function squaresOf(code: Code, floats: number): Local[][] {
  return Array.from({ length: floats % PAIR === 0 ? 2 : 1 }, () => code.locals('v128', TILE_SOURCES))
}

/** Writes a loop along memory: the first two parameters, from and to, go on in `step`s until so many bytes are written. */
function forBytes(code: Code, bytes: Int, step: number, write: () => void): void {
  const [from, to] = code.parameters
  const end = code.local('i32')
  code.get(to).int(bytes).op('i32.add').set(end)
  code.loop((again) => {
    write()
    code.increase(from, step).increase(to, step)
    code.get(to).get(end).op('i32.lt_u').branchIf(again)
  })
}

/** Where the vectors of tiles are: bytes to row y, column x of the first, and from tile to tile. */
interface Tiles {
  readonly place: (y: number, x: number) => number
  readonly step: number
}

/** One value of a tile in each plane. */
const inPlanes = (columns: number, planeBytes: number): Tiles => ({
  place: (y, x) => (y * TILE_SOURCES + x) * planeBytes,
  step: columns * ELEMENT,
})

/** Pixels of results or of their gradient, of which a tile has 2x2. */
const inImage = ({ row, pixel }: ResultStrides): Tiles => ({
  place: (y, x) => y * row + x * pixel,
  step: TILE_RESULTS * pixel,
})

/** Writes the map of a row of tiles, so many floats deep. Parameters: source, target, tiles. */
function mapTiles(code: Code, floats: number, map: Square['map'], source: Tiles, target: Tiles): void {
  const [from, to, tiles] = code.parameters
  const squares = squaresOf(code, floats)
  const tile = code.local('i32')
  code.for(tile, 0, tiles, 1, () => {
    for (let at = 0; at < floats * ELEMENT; at += squares.length * VECTOR)
      mapSquares(code, squares, {
        map,
        push: (y, x, v) => code.get(from).load('v128.load', source.place(y, x) + at + v * VECTOR),
        to,
        targetOf: (i, j) => target.place(i, j) + at,
      })
    code.increase(from, source.step).increase(to, target.step)
  })
}

/**
 * B^T d B of a row of tiles. Parameters: source (the upper left pixel of the first tile, in an image between zeros whose
 * rows are `rowBytes` long), target (the first tile's place in the first of 16 planes), tiles.
 *
 * @param channels a multiple of 4; pixels and places of tiles are so many floats
 */
export function transformSources(
  shared: SharedFunctions,
  channels: number,
  rowBytes: number,
  planeBytes: number,
): FunctionReference {
  const key = `winograd sources ${channels} ${rowBytes} ${planeBytes}`
  return shared.function(key, ['i32', 'i32', 'i32'], (code) => {
    const [from, to, tiles] = code.parameters
    const pixel = channels * ELEMENT
    const squares = squaresOf(code, channels)
    const tile = code.local('i32')
    code.for(tile, 0, tiles, 1, () => {
      forBytes(code, pixel, squares.length * VECTOR, () =>
        mapSquares(code, squares, {
          map: SOURCE_MAP,
          push: (y, x, v) => code.get(from).load('v128.load', y * rowBytes + x * pixel + v * VECTOR),
          to,
          targetOf: (i, j) => (i * TILE_SOURCES + j) * planeBytes,
        }),
      )
      code.increase(from, (TILE_RESULTS - 1) * pixel)
    })
  })
}

/** Bytes from row to row, and from pixel to pixel, of results. */
export interface ResultStrides {
  readonly row: number
  readonly pixel: number
}

/**
 * A^T M A of a row of tiles. Parameters: sums (the first tile's in the first of 16 planes, in which tiles are `columns`
 * floats), out (its upper left result), tiles.
 */
export function transformSums(
  shared: SharedFunctions,
  columns: number,
  planeBytes: number,
  strides: ResultStrides,
): FunctionReference {
  const key = `winograd results ${columns} ${planeBytes} ${strides.row} ${strides.pixel}`
  return shared.function(key, ['i32', 'i32', 'i32'], (code) =>
    mapTiles(code, columns, RESULT_MAP, inPlanes(columns, planeBytes), inImage(strides)),
  )
}

/**
 * G g G^T: from 9 planes of so many bytes to 16. Parameters: taps, target, bytes (a multiple of 16, not 0).
 *
 * G = [[1, 0, 0], [1/2, 1/2, 1/2], [1/2, -1/2, 1/2], [0, 0, 1]]
 */
export function transformTaps(shared: SharedFunctions, planeBytes: number): FunctionReference {
  return shared.function(`winograd taps ${planeBytes}`, ['i32', 'i32', 'i32'], (code) => {
    const [from, to, bytes] = code.parameters
    const mapped = Array.from({ length: TILE_SOURCES }, () => code.locals('v128', 3))
    const [even, result] = code.locals('v128', 2)

    /** Hands the four combinations of three vectors to `keep`. */
    const map = (push: (k: number) => void, keep: (i: number) => void): void => {
      const halves = (op: 'f32x4.add' | 'f32x4.sub'): void => {
        code.get(even)
        push(1)
        code.op(op).f32x4(0.5).op('f32x4.mul')
      }
      push(0)
      push(2)
      code.op('f32x4.add').set(even)
      push(0)
      keep(0)
      halves('f32x4.add')
      keep(1)
      halves('f32x4.sub')
      keep(2)
      push(2)
      keep(3)
    }
    forBytes(code, bytes, VECTOR, () => {
      for (let x = 0; x < 3; x++)
        map(
          (y) => code.get(from).load('v128.load', (y * 3 + x) * planeBytes),
          (i) => code.set(mapped[i][x]),
        )
      mapped.forEach((row, i) => {
        map(
          (x) => code.get(row[x]),
          (j) => {
            code.set(result).get(to).get(result)
            code.store('v128.store', (i * TILE_SOURCES + j) * planeBytes)
          },
        )
      })
    })
  })
}

/**
 * G y G^T for 2x2 pixels y of the gradient of the results, but for factors that `transformTapSums` makes good. Parameters:
 * upstream (the upper left pixel of the first tile), target (the tile's place in the first of 16 planes, in which tiles are
 * `columns` floats), tiles.
 *
 * @param floats of a pixel that are wanted: a multiple of 4, at most `columns`
 */
export function transformUpstream(
  shared: SharedFunctions,
  floats: number,
  columns: number,
  planeBytes: number,
  strides: ResultStrides,
): FunctionReference {
  const key = `winograd upstream ${floats} ${columns} ${planeBytes} ${strides.row} ${strides.pixel}`
  return shared.function(key, ['i32', 'i32', 'i32'], (code) =>
    mapTiles(code, floats, UPSTREAM_MAP, inImage(strides), inPlanes(columns, planeBytes)),
  )
}

/**
 * From 16 planes of sums to the gradients of 9 taps: A^T M A, for F(3x3, 2x2). Parameters: sums, target, bytes (of a
 * target's plane: a multiple of 16, not 0).
 */
export function transformTapSums(shared: SharedFunctions, planeBytes: number, tapBytes: number): FunctionReference {
  return shared.function(`winograd tap sums ${planeBytes} ${tapBytes}`, ['i32', 'i32', 'i32'], (code) => {
    const [from, to, bytes] = code.parameters
    const squares = squaresOf(code, 4)
    forBytes(code, bytes, VECTOR, () =>
      mapSquares(code, squares, {
        map: TAP_MAP,
        push: (y, x) => {
          const scale = SUM_SCALES[y] * SUM_SCALES[x]
          code.get(from).load('v128.load', (y * TILE_SOURCES + x) * planeBytes)
          if (scale !== 1) code.f32x4(scale).op('f32x4.mul')
        },
        to,
        targetOf: (i, j) => (i * 3 + j) * tapBytes,
      }),
    )
  })
}
