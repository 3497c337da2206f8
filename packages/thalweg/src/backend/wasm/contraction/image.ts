/** Copies of images into scratch memory: with a border of zeros, so that windows need no tests at the edges. */
import type { FunctionReference, Int, Local } from '../code.ts'
import type { SharedFunctions } from '../kernel.ts'
import { align } from '../memory.ts'
import type { Registers } from '../terms.ts'

type Pair = readonly [height: number, width: number]

const ELEMENT = 4
const VECTOR = 16

/** A band: rows of an image that a range of result rows reads. */
export interface Band {
  /** Height, width and channels of an image. */
  readonly source: Pair
  readonly channels: number
  /** Row and column where result row and column 0 begin to read; outside of the source there are zeros. */
  readonly low: Pair
  /** Rows of the source from one result row to the next. */
  readonly advance: Pair
  /** Height and width of a band. */
  readonly bandSource: Pair
  /** Channels in planes of four; they must be a multiple of four. Default: as they lie. */
  readonly planes?: boolean
  /** Address of the images, and which one. */
  readonly image: Local
  readonly number: Local
  /** The result row that begins the band. */
  readonly firstRow: Local
  readonly target: Local
}

/** Bytes of a copied band; the zeros to the left of a row that does not exist follow the last one. */
export function bandBytes({ bandSource, channels, low }: Pick<Band, 'bandSource' | 'channels' | 'low'>): number {
  return align((bandSource[0] * bandSource[1] + Math.max(0, -low[1])) * channels * ELEMENT)
}

/** Copies a band of an image between zeros. */
export function emitBandCopy(registers: Registers, shared: SharedFunctions, band: Band): void {
  registers.scope(() => {
    const { source, channels, low, advance, bandSource, planes, image, number, firstRow, target } = band
    const { code } = registers
    const [from, above, rows, inSource] = Array.from({ length: 4 }, () => registers.take('i32'))
    const pixelBytes = channels * ELEMENT
    const lineBytes = source[1] * pixelBytes
    const left = Math.min(Math.max(0, -low[1]), bandSource[1])
    const skipped = Math.min(Math.max(0, low[1]), source[1])
    const copied = Math.max(0, Math.min(source[1] - skipped, bandSource[1] - left))
    const right = bandSource[1] - left - copied
    const clamp = (into: Local, most: Int): void => {
      code.int(most).get(into).int(most).get(into).op('i32.lt_s').op('select').set(into)
      code.i32(0).get(into).i32(0).get(into).op('i32.gt_s').op('select').set(into)
    }
    // The first row that is wanted may lie above the source, or below its end.
    code.sum(low[0], [firstRow, advance[0]]).set(from)
    code.sum(0, [from, -1]).set(above)
    clamp(above, bandSource[0])
    code.increase(from, above)
    code.sum(bandSource[0], [above, -1]).set(rows)
    code.sum(source[0], [from, -1]).set(inSource)
    clamp(inSource, rows)

    code.sum(image, [number, source[0] * lineBytes], [from, lineBytes], [skipped, pixelBytes]).i32(lineBytes)
    if (planes) code.ints(pixelBytes, copied, left, right)
    else code.ints(copied * pixelBytes, left * pixelBytes, right * pixelBytes)
    code.ints(above, inSource).sum(rows, [inSource, -1])
    if (planes) code.i32(channels / 4)
    code.get(target).call(planes ? padPlanes(shared) : padRows(shared))
  })
}

/**
 * Copies rows of an image between zeros. Parameters: source, sourceStride (bytes from row to row), copied (bytes of a row),
 * left, right (bytes of zeros beside it), above, rows, below (rows of zeros, of copies, of zeros), target.
 */
export function padRows(shared: SharedFunctions): FunctionReference {
  return shared.function('pad rows', new Array<'i32'>(9).fill('i32'), (code) => {
    const [source, sourceStride, copied, left, right, above, rows, below, target] = code.parameters
    const row = code.local('i32')
    const from = code.local('i32')
    const bytes = code.local('i32')
    const rowBytes = code.local('i32')
    code.sum(left, [copied, 1], [right, 1]).set(rowBytes)
    zeros(() => code.get(rowBytes).get(above).op('i32.mul').get(left).op('i32.add'))
    code.for(row, 0, rows, 1, () => {
      code.get(source).set(from).get(copied).set(bytes)
      fill(
        (step) => code.get(from).load(step === VECTOR ? 'v128.load' : 'v128.load32_zero'),
        (step) => code.increase(from, step),
      )
      // The zeros behind a row, and before the next one.
      zeros(() => code.sum(right, [left, 1]))
      code.increase(source, sourceStride)
    })
    // The last row put the zeros to the left of one more.
    zeros(() => code.get(rowBytes).get(below).op('i32.mul').get(left).op('i32.sub'))

    function zeros(count: () => void): void {
      count()
      code.set(bytes)
      fill(
        () => code.f32x4(0),
        () => undefined,
      )
    }

    /** Writes `bytes` bytes to the target: vectors, then single elements. Nothing where the count is negative. */
    function fill(push: (step: number) => void, advance: (step: number) => void): void {
      for (const step of [VECTOR, ELEMENT])
        code.block((done) => {
          code.loop((again) => {
            code.get(bytes).i32(step).op('i32.lt_s').branchIf(done).get(target)
            push(step)
            if (step === VECTOR) code.store('v128.store')
            else code.memoryLane('v128.store32_lane', 0)
            advance(step)
            code.increase(target, step).increase(bytes, -step).branch(again)
          })
        })
    }
  })
}

/**
 * Copies an image between zeros as planes of four channels, so that a walk along a row reads memory in order. Parameters:
 * source, sourceStride (bytes from row to row), pixelStride (bytes from pixel to pixel), pixels (copied of a row), left,
 * right (pixels of zeros), above, rows, below, planes, target.
 */
export function padPlanes(shared: SharedFunctions): FunctionReference {
  return shared.function('pad planes', new Array<'i32'>(11).fill('i32'), (code) => {
    const [source, sourceStride, pixelStride, pixels, left, right, above, rows, below, planes, target] = code.parameters
    const plane = code.local('i32')
    const row = code.local('i32')
    const pixel = code.local('i32')
    const line = code.local('i32')
    const from = code.local('i32')
    const width = code.local('i32')

    const zeros = (): void => {
      code.get(target).f32x4(0).store('v128.store').increase(target, VECTOR)
    }
    const zeroRows = (count: Local): void => {
      code.for(row, 0, count, 1, () => code.for(pixel, 0, width, 1, zeros))
    }
    code.get(left).get(pixels).op('i32.add').get(right).op('i32.add').set(width)
    code.for(plane, 0, planes, 1, () => {
      zeroRows(above)
      code.get(source).set(line)
      code.for(row, 0, rows, 1, () => {
        code.for(pixel, 0, left, 1, zeros)
        code.get(line).set(from)
        code.for(pixel, 0, pixels, 1, () => {
          code.get(target).get(from).load('v128.load').store('v128.store')
          code.increase(from, pixelStride).increase(target, VECTOR)
        })
        code.for(pixel, 0, right, 1, zeros)
        code.increase(line, sourceStride)
      })
      zeroRows(below)
      code.increase(source, VECTOR)
    })
  })
}
