/**
 * Windows that slide over images [B, H, W, C]: the loops over them, and over the places within them, for pooling. Small
 * windows that lie inside the image are written out; large ones, and those cut off by the border, are loops.
 */
import type { Shape } from '../../../base/index.ts'
import type { PoolAttributes } from '../../../graph/index.ts'
import type { Int, Local } from '../code.ts'
import type { StageParameters } from '../kernel.ts'
import type { Lanes, Place } from '../lanes.ts'
import { apply, int, keep, type Registers, type Term } from '../terms.ts'
import { forRow } from './row.ts'

const BYTES = 4
/** Windows of more places than this are loops. */
const WRITTEN_OUT = 16

export interface Geometry {
  readonly image: Shape
  readonly output: Shape
  readonly attributes: PoolAttributes
  /** Whether every place of the image belongs to exactly one window. */
  readonly tiles: boolean
}

export function geometryOf(image: Shape, output: Shape, attributes: PoolAttributes): Geometry {
  const { window, strides, padding } = attributes
  const fits = (axis: 0 | 1): boolean =>
    window[axis] === strides[axis] && output[axis + 1] * strides[axis] === image[axis + 1]
  return { image, output, attributes, tiles: padding.every((n) => n === 0) && fits(0) && fits(1) }
}

/** Some channels of one window. */
export interface WindowVector {
  readonly lanes: Lanes
  /** Its place in output-shaped array number `array`. */
  output(array: number): Place
  /** The window's first place that lies in the image. */
  first(): WindowPlace
  /** Writes code for every place of the window that lies in the image, in row-major order. */
  each(visit: (place: WindowPlace) => void): void
  /** How many places lie in the image, as a float. */
  readonly count: Term
}

export interface WindowPlace {
  /** The place in image-shaped array number `array`. */
  image(array: number): Place
  /** A number that no other place of the window has, as an int32 in each lane. */
  readonly id: Term
}

export interface WindowLoops {
  readonly geometry: Geometry
  /** Addresses of arrays in the shape of the image, and of the output. */
  readonly images: readonly Local[]
  readonly outputs: readonly Local[]
}

/** Whether a unit is a row of windows, or an image. */
export type WindowUnit = 'row' | 'image'

export function windowUnits({ output: [batch, outHeight] }: Geometry, unit: WindowUnit): number {
  return unit === 'row' ? batch * outHeight : batch
}

/** `startImage` is called at the start of every unit that is an image, with the image's place in bytes. */
export function forWindows(
  registers: Registers,
  { start, end }: Pick<StageParameters, 'start' | 'end'>,
  unit: WindowUnit,
  loops: WindowLoops,
  emit: (vector: WindowVector) => void,
  startImage: (offset: Local) => void = () => undefined,
): void {
  const { code } = registers
  const { image, output } = loops.geometry
  const [, height, width, channels] = image
  const [, outHeight, outWidth] = output
  const [number, row, at] = [registers.take('i32'), registers.take('i32'), registers.take('i32')]
  const outputs = loops.outputs.map(() => registers.take('i32'))
  const rowsOfUnit = unit === 'row' ? 1 : outHeight
  outputs.forEach((address, i) => {
    code.get(loops.outputs[i]).get(start)
    code
      .i32(rowsOfUnit * outWidth * channels * BYTES)
      .op('i32.mul')
      .op('i32.add')
      .set(address)
  })
  code.for(number, start, end, 1, () => {
    code.get(number)
    if (unit === 'row') code.i32(outHeight).op('i32.div_u')
    code
      .i32(height * width * channels * BYTES)
      .op('i32.mul')
      .set(at)
    if (unit === 'row') {
      code.get(number).i32(outHeight).op('i32.rem_u').set(row)
      emitWindowRow(registers, loops, row, at, outputs, emit)
    } else {
      startImage(at)
      code.for(row, 0, outHeight, 1, () => emitWindowRow(registers, loops, row, at, outputs, emit))
    }
  })
}

/** The windows of one row of the output; leaves `outputs` at the next row. */
function emitWindowRow(
  registers: Registers,
  loops: WindowLoops,
  row: Local,
  image: Local,
  outputs: readonly Local[],
  emit: (vector: WindowVector) => void,
): void {
  const { code } = registers
  const { geometry } = loops
  const { window, strides, padding } = geometry.attributes
  const [, height, width, channels] = geometry.image
  const pixel = channels * BYTES
  registers.scope(() => {
    const column = registers.take('i32')
    const y = span(registers, window[0], height)
    const x = span(registers, window[1], width)
    const starts = loops.images.map(() => registers.take('i32'))
    placeSpan(registers, y, row, strides[0], padding[0])
    code.for(column, 0, geometry.output[2], 1, () => {
      placeSpan(registers, x, column, strides[1], padding[2])
      starts.forEach((address, i) => {
        code.get(loops.images[i]).get(image).op('i32.add')
        code
          .get(y.start)
          .i32(width)
          .op('i32.mul')
          .get(x.start)
          .op('i32.add')
          .i32(pixel)
          .op('i32.mul')
          .op('i32.add')
          .set(address)
      })
      const all = { registers, geometry, starts, outputs, y, x, emit }
      if (window[0] * window[1] > WRITTEN_OUT) emitLooped(all)
      else if (padding.every((n) => n === 0)) emitWrittenOut(all)
      else {
        const isWhole = ({ start, from, to, size }: Span): void => {
          code.get(from).get(start).op('i32.eq').get(to).get(start).i32(size).op('i32.add').op('i32.eq').op('i32.and')
        }
        isWhole(y)
        isWhole(x)
        code.op('i32.and').if(
          () => emitWrittenOut(all),
          () => emitLooped(all),
        )
      }
      for (const address of outputs) code.increase(address, pixel)
    })
  })
}

/** A window along one axis of the image. */
interface Span {
  /** Its first place, which may lie before the image. */
  readonly start: Local
  /** The places in the image: from <= place < to. */
  readonly from: Local
  readonly to: Local
  readonly size: number
  readonly limit: number
}

function span(registers: Registers, size: number, limit: number): Span {
  const [start, from, to] = [registers.take('i32'), registers.take('i32'), registers.take('i32')]
  return { start, from, to, size, limit }
}

function placeSpan(
  { code }: Registers,
  { start, from, to, size, limit }: Span,
  index: Int,
  stride: number,
  padding: number,
): void {
  code.int(index).i32(stride).op('i32.mul').i32(padding).op('i32.sub').set(start)
  code.get(start).i32(0).get(start).i32(0).op('i32.gt_s').op('select').set(from)
  code.get(start).i32(size).op('i32.add').tee(to)
  code.i32(limit).get(to).i32(limit).op('i32.lt_s').op('select').set(to)
}

interface OneWindow {
  readonly registers: Registers
  readonly geometry: Geometry
  /** Addresses of the window's first place in each image; it may lie before the image. */
  readonly starts: readonly Local[]
  readonly outputs: readonly Local[]
  readonly y: Span
  readonly x: Span
  readonly emit: (vector: WindowVector) => void
}

function emitWrittenOut({ registers, geometry, starts, outputs, emit }: OneWindow): void {
  const [, , width, channels] = geometry.image
  const [rows, columns] = geometry.attributes.window
  forRow(registers, channels, [...starts, ...outputs], (lanes, offset, addresses) => {
    const place = (index: number): WindowPlace => {
      const away = (Math.floor(index / columns) * width + (index % columns)) * channels * BYTES
      return { image: (array) => ({ base: addresses[array], offset: offset + away }), id: int(away) }
    }
    emit({
      lanes,
      output: (array) => ({ base: addresses[starts.length + array], offset }),
      first: () => place(0),
      each(visit) {
        for (let index = 0; index < rows * columns; index++) registers.scope(() => visit(place(index)))
      },
      count: rows * columns,
    })
  })
}

function emitLooped({ registers, geometry, starts, outputs, y, x, emit }: OneWindow): void {
  const { code } = registers
  const [, , width, channels] = geometry.image
  const pixel = channels * BYTES
  const away = registers.take('i32')
  const row = registers.take('i32')
  const column = registers.take('i32')
  const addresses = starts.map(() => registers.take('i32'))
  /** From the window's start to (row, column), in bytes. */
  const goTo = (rowAt: Local, columnAt: Local): void => {
    code.get(rowAt).get(y.start).op('i32.sub').i32(width).op('i32.mul')
    code.get(columnAt).get(x.start).op('i32.sub').op('i32.add').i32(pixel).op('i32.mul').set(away)
  }
  const area = keep(registers, (c) => {
    c.get(y.to).get(y.from).op('i32.sub').get(x.to).get(x.from).op('i32.sub').op('i32.mul')
    c.op('f32.convert_i32_s').op('f32x4.splat')
  })
  forRow(
    registers,
    channels,
    [...starts, ...outputs],
    (lanes, offset, bases) => {
      const here: WindowPlace = {
        image: (array) => ({ base: addresses[array], offset }),
        id: apply('i32x4.splat', away),
      }
      const arrive = (): WindowPlace => {
        addresses.forEach((address, i) => {
          code.get(bases[i]).get(away).op('i32.add').set(address)
        })
        return here
      }
      emit({
        lanes,
        output: (array) => ({ base: bases[starts.length + array], offset }),
        first() {
          goTo(y.from, x.from)
          return arrive()
        },
        each(visit) {
          code.get(y.from).set(row)
          code.forRest(row, y.to, 1, () => {
            goTo(row, x.from)
            code.get(x.from).set(column)
            code.forRest(column, x.to, 1, () => {
              registers.scope(() => visit(arrive()))
              code.increase(away, pixel)
            })
          })
        },
        count: area,
      })
    },
    1,
  )
}
